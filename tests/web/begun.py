"""Something of every kind that people make in the application, so that its pages have something to show."""

from __future__ import annotations

from html.parser import HTMLParser

from tests.web.conftest import Person

Fields = dict[str, list[str]]


class Forms(HTMLParser):
    """The forms of a page with what they would send as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Fields]] = []
        self._choice = ""
        self._area = ""
        self._worded = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "form":
            self.found.append((given.get("action", ""), {}))
        elif not self.found:
            return
        elif tag == "input" and name and kind != "file":
            if kind in ("checkbox", "radio") and "checked" not in given:
                return
            self._put(name, given.get("value", ""))
        elif tag == "select":
            self._choice = name
        elif tag == "option" and self._choice:
            if "selected" in given or self._choice not in self.found[-1][1]:
                self.found[-1][1][self._choice] = [given.get("value", "")]
                self._worded = "value" not in given
        elif tag == "textarea" and name:
            self._area = name
            self.found[-1][1].setdefault(name, [""])

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._choice = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._worded:  # an option without a value is worth its words
            self.found[-1][1][self._choice] = [data.strip()]
            self._worded = False
        if self._area and self.found:
            self.found[-1][1][self._area] = [data]

    def _put(self, name: str, value: str) -> None:
        self.found[-1][1].setdefault(name, []).append(value)


def send(person: Person, page: str, action: str, **more: str | list[str]) -> str:
    """Fill in a form of a page and send it; where it leads."""
    forms = Forms()
    forms.feed(person.get(page).text)
    fields = next(found for where, found in forms.found if where == action)
    fields = {**fields, **{key: value if isinstance(value, list) else [value] for key, value in more.items()}}
    answer = person.post(action, data={**fields, "csrf": person.csrf})
    assert answer.status_code == 303, answer.text.partition("problem")[2][:600]
    return answer.headers["location"]


def begin(person: Person) -> list[str]:
    """Scenarios, answers, a system, a job that waits, a case, agreements, a destruction; their addresses."""
    saved = [
        person.post(
            "/scenarios", data={"csrf": person.csrf, "program": "asm", "name": name, "part_b": value}
        ).headers["location"]
        for name, value in (("As it is", "0"), ("A tenth more", "10"))
    ]
    numbers = [address.rpartition("/")[2] for address in saved]
    answer = send(person, "/forms/asm_scores?example=true", "/forms/asm_scores")
    settled = send(person, "/forms/team?example=true", "/forms/team")
    sample = {"csrf": person.csrf, "sample": "yes"}
    system = person.post("/exposure", data=sample).headers["location"]
    payer = person.post("/agreements", data=sample).headers["location"]
    job = person.post(
        "/load/files",
        data={"csrf": person.csrf, "format": "roster"},
        files=[("files", ("roster.csv", b"tin,npi\n"))],
    ).headers["location"]
    agreement = {
        "title": "Agreement with the ACO", "custodian": "Ana", "purpose": "operations", "access": "ana",
        "received_on": "2027-01-01", "retain_until": "2036-01-01",
    }  # fmt: skip
    person.post("/administration/register/agreements", data={"csrf": person.csrf, **agreement})
    register = "/administration/register"
    deliveries = person.get(register).text.partition('name="delivery" value="')[2].partition('"')[0]
    destruction = {"csrf": person.csrf, "delivery": deliveries, "reason": "The study is over"}
    destroyed = person.post(f"{register}/destructions", data=destruction).headers["location"]
    asked = "/api/v1/tables/billing.finding?where=kind=g2211_with_25&columns=tin&limit=1"
    (finding,) = person.get(asked).json()["rows"]
    case = {"csrf": person.csrf, "kind": "g2211_with_25", "identified": "2026-11-02", "tin": finding["tin"]}
    # a warehouse used before keeps its case
    opened = person.post("/billing/overpayments", data=case).headers.get("location", "/billing/overpayments")
    compared = f"/scenarios/compare?ids={','.join(numbers)}"
    # one of many views of a program: those of the others would take its place
    listed = "/programs/team?view=episodes"
    return [*saved, compared, answer, settled, system, payer, listed, job, destroyed, opened]
