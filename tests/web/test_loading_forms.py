"""Forms in the browser: filled in, pasted, sent as a file; errors beside their field; answers kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from openpyxl import load_workbook

from corridor.jobs.template import template
from corridor.settings import Settings
from corridor.web.forms.door import Door
from corridor.web.forms.doors import DOORS, LOADS
from corridor.web.forms.given import Given, read_cells, read_pasted
from corridor.web.forms.model_doors import MODEL_DOORS
from corridor.web.kept import Answers
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, signed_in

Sign = Callable[..., Person]
EVERY = Scope(every_row=True)
SCORES = [
    ("123456789", "1234567893", "heart_failure", "74.3", "410000"),
    ("123456789", "1987654328", "heart_failure", "58.1", "265000"),
]


@pytest.fixture(scope="module")
def empty_bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """One for all of them: the law is read once."""
    home = tmp_path_factory.mktemp("forms")
    return Workbench(home / "data", Settings(), State(home / "s.sqlite3"), names=frozenset({"testserver"}))


@pytest.fixture(scope="module")
def known() -> dict[object, Person]:
    return {}


@pytest.fixture
def sign(empty_bench: Workbench, known: dict[object, Person], quick: None) -> Sign:
    """Somebody of these roles and rows; the same person each time."""

    def found(*roles: Role, scope: Scope = EVERY) -> Person:
        if (roles, scope) not in known:
            known[roles, scope] = signed_in(empty_bench, roles, scope)
        return known[roles, scope]

    return found


@pytest.fixture
def person(sign: Sign) -> Person:
    return sign(Role.executive, scope=Scope())


def fill(who: Person, path: str, data: dict[str, str] | None = None, **more: Any) -> Response:
    """Send a form of a page."""
    return who.post(path, data={"csrf": who.csrf, **(data or {})}, **more)


def cells(name: str = "asm_scores", **more: str) -> dict[str, str]:
    columns = ("tin", "npi", "cohort", "final_score", "part_b_paid")
    found = {
        f"{name}.{row * 2}.{column}": value  # an empty row between them
        for row, values in enumerate(SCORES)
        for column, value in zip(columns, values, strict=True)
    }
    return {**found, **more}


def test_every_form_is_listed_or_said_to_be_elsewhere(
    person: Person, empty_bench: Workbench, sign: Sign
) -> None:
    text = person.get("/forms").text
    for name, door in DOORS.items():
        assert (f'href="/forms/{name}"' in text) is (name not in LOADS and not door.run), name
    loader = sign(Role.analyst)
    text = loader.get("/forms").text
    assert all(f'href="/forms/{name}"' in text for name in DOORS)
    assert "/forms/overpayment_review/excel" in text


@pytest.mark.parametrize("name", DOORS)
def test_every_form_shows_its_example(name: str, empty_bench: Workbench, sign: Sign) -> None:
    loader = sign(Role.analyst)
    one = template(name, empty_bench.context().force)
    text = loader.get(f"/forms/{name}?example=true").text
    assert one.title in text and f'data-form="{name}"' in text
    filled = re.findall(rf'name="{name}\.0\.([a-z_0-9]+)" value="([^"]+)"', text)
    assert {column for column, _ in filled} <= set(one.worked[0])
    book = loader.get(f"/forms/{name}/excel")
    assert book.content[:2] == b"PK" and f"corridor-{name}.xlsx" in book.headers["content-disposition"]


@pytest.mark.parametrize("door", MODEL_DOORS, ids=lambda door: door.name)
def test_the_worked_example_of_a_model_is_settled(door: Door, person: Person, empty_bench: Workbench) -> None:
    one = template(door.name, empty_bench.context().force)
    sent = fill(person, f"/forms/{door.name}", {
        f"{door.name}.{row}.{column}": str(value)
        for row, values in enumerate(one.worked) for column, value in values.items()
    })  # fmt: skip
    assert sent.status_code == 303, sent.text[-3000:]
    text = person.get(sent.headers["location"]).text
    assert "not codified or official" in text
    lines = person.get(sent.headers["location"] + "/file?kind=csv").text.splitlines()
    assert len(lines) >= 2


def test_rows_are_worked_out_and_the_answer_has_an_address(person: Person) -> None:
    sent = fill(person, "/forms/asm_scores", {**cells(), "year": "2027", "within": "alone"})
    assert sent.status_code == 303
    address = sent.headers["location"]
    text = person.get(address).text
    # Two clinicians of one cohort: the better gains, the other loses.
    assert "2 clinicians together" in text and "1 gain, 1 lose" in text and "in 2029" in text
    assert "not codified or official" in text
    lines = person.get(address + "/file?kind=csv").text.splitlines()
    assert len(lines) == 3 and lines[0].startswith("tin,npi,cohort")
    assert person.get(address + "/file?kind=xlsx").content[:2] == b"PK"
    assert "1987654328" in person.get(f"/forms/asm_scores?like={address.rpartition('/')[2]}").text


def test_an_answer_is_its_own_account_s(person: Person, empty_bench: Workbench, sign: Sign) -> None:
    address = fill(person, "/forms/asm_scores", cells()).headers["location"]
    other = sign(Role.analyst)
    assert other.get(address).status_code == 404 and "FORM-NO-ANSWER" in other.get(address).text
    assert fill(other, address + "/save", {"title": "mine"}).status_code == 404


def test_saved_it_stays_and_can_be_deleted(person: Person, empty_bench: Workbench, sign: Sign) -> None:
    address = fill(person, "/forms/asm_scores", cells()).headers["location"]
    fill(person, address + "/save", {"title": "Spring"})
    fill(person, address + "/save", {"title": "Spring again"})
    empty_bench.answers = Answers()  # the server was started again
    assert "Saved." in person.get(address).text
    listed = person.get("/forms").text
    assert "Spring again" in listed and listed.count(address) == 2
    fill(person, address + "/delete")
    assert person.get(address).status_code == 404


def test_an_error_stands_beside_its_field(person: Person) -> None:
    wrong = fill(person, "/forms/low_volume", {
        "low_volume.0.allowed_charges": "90000", "low_volume.0.patients": "201", "low_volume.0.services": "9",
        "low_volume.3.allowed_charges": "100", "low_volume.3.patients": "many", "low_volume.3.services": "1",
    })  # fmt: skip
    assert wrong.status_code == 400 and "FORM-ROW" in wrong.text
    invalid = re.findall(r'name="(low_volume\.[0-9]+\.[a-z_]+)"[^>]*aria-invalid="true"', wrong.text)
    assert invalid == ["low_volume.3.patients"]
    assert 'value="many"' in wrong.text and 'value="201"' in wrong.text  # nothing typed is lost


def test_what_must_be_filled_is_asked_for(person: Person) -> None:
    wrong = fill(person, "/forms/asm_scores", cells(**{"asm_scores.2.npi": ""}))
    assert (
        wrong.status_code == 400 and "FORM-CELL" in wrong.text and "Row 3 needs a value for npi" in wrong.text
    )
    nothing = fill(person, "/forms/asm_scores", {})
    assert nothing.status_code == 400 and "FORM-NOTHING" in nothing.text
    choice = fill(person, "/forms/asm_scores", cells(within="galaxy"))
    assert "FORM-CHOICE" in choice.text
    year = fill(person, "/forms/asm_scores", cells(year="soon"))
    assert "FORM-CHOICE" in year.text


def test_more_rows_keep_what_was_typed(person: Person) -> None:
    text = fill(person, "/forms/asm_scores", cells(more="yes", rows="4")).text
    assert 'name="asm_scores.13.tin"' in text and 'value="1987654328"' in text


def test_pasted_rows_need_no_header(person: Person) -> None:
    pasted = "\n".join("\t".join((*one[:3], "", *one[3:])) for one in SCORES)
    sent = fill(person, "/forms/asm_scores", {"paste.asm_scores": pasted})
    assert sent.status_code == 303
    assert "1 gain, 1 lose" in person.get(sent.headers["location"]).text
    wide = fill(person, "/forms/asm_scores", {"paste.asm_scores": "\t".join("1234567890")})
    assert "FORM-PASTED" in wide.text


def test_pasted_rows_with_a_header_go_by_their_names(empty_bench: Workbench) -> None:
    one = template("asm_scores", empty_bench.context().force)
    found = read_pasted("NPI\tTIN\tFinal score\n1\t2\t3\n\n4\t5\t6\n", one)
    assert found.rows == [
        {"npi": "1", "tin": "2", "final_score": "3"}, {"npi": "4", "tin": "5", "final_score": "6"},
    ]  # fmt: skip
    assert read_cells({"a.0.x": "1", "a.2.x": "2", "b.1.x": "3", "csrf": "4"}, "a") == Given(
        [{"x": "1"}, {"x": "2"}], [0, 2]
    )
    assert Given([{}, {}], [0, 2]).row_of_line(3) == 2 and Given().row_of_line(2) is None


def test_a_spreadsheet_takes_the_place_of_the_rows(person: Person, tmp_path: Path) -> None:
    book = person.get("/forms/asm_scores/excel").content
    sent = fill(person, "/forms/asm_scores", {}, files={"file.asm_scores": ("ours.xlsx", book)})
    assert sent.status_code == 303
    text = person.get(sent.headers["location"]).text
    assert "6 clinicians together" in text and "Change the rows" not in text
    out = tmp_path / "out.xlsx"
    out.write_bytes(person.get(sent.headers["location"] + "/file?kind=xlsx").content)
    assert load_workbook(out).sheetnames[:2] == ["Results", "Cohorts"]
    strange = fill(person, "/forms/asm_scores", {}, files={"file.asm_scores": ("ours.exe", b"MZ")})
    assert strange.status_code == 400 and "FORM-KIND" in strange.text


def test_an_audit_of_draft_claims(person: Person, empty_bench: Workbench, sign: Sign) -> None:
    one = template("claims_to_check", empty_bench.context().force)
    rows = {
        f"claims_to_check.{n}.{name}": str(value)
        for n, row in enumerate(one.worked)
        for name, value in row.items()
    }
    sent = fill(person, "/forms/claims_to_check", {**rows, "audit": "conflicts"})
    text = person.get(sent.headers["location"]).text
    # The example of the form: chronic care management beside APCM in one month, $66.13 at risk.
    assert "1 finding" in text and "apcm with care management" in text and "$66.13" in text


def test_qualifying_low_volume_and_mips(person: Person, empty_bench: Workbench, sign: Sign) -> None:
    cases = (
        ("qp", "1 qualifying"),
        ("low_volume", "MIPS is required of 1 of 1 row"),
        ("mips_scores", "1 score: 1 rewarded, 0 cut, together gaining"),
        ("mips", "1 score: 1 rewarded, 0 cut, together gaining"),
    )
    for name, words in cases:
        one = template(name, empty_bench.context().force)
        rows = {f"{name}.0.{column}": str(value) for column, value in one.worked[0].items()}
        sent = fill(person, f"/forms/{name}", {**rows, "year": "2026"})
        assert sent.status_code == 303, sent.text[:600]
        assert words in person.get(sent.headers["location"]).text


def test_what_is_not_installed_is_said_and_nothing_typed_is_lost(person: Person) -> None:
    wrong = fill(
        person, "/forms/price_lines", {"price_lines.0.date": "2026-07-15", "price_lines.0.code": "99214"}
    )
    assert wrong.status_code == 400 and "PRICE-REFERENCE" in wrong.text and 'value="99214"' in wrong.text
    volumes = {"impact_volumes.0.code": "99214", "impact_volumes.0.units": "3"}
    assert "IMPACT-" in fill(person, "/forms/impact_volumes", volumes).text
    path = fill(person, "/forms/impact_volumes", {**volumes, "before": "/etc/passwd.toml"})
    assert (
        path.status_code == 400
        and "IMPACT-SCENARIO" in path.text
        and "passwd" not in path.text.split("<form")[0]
    )
    people = {"risk_people.0.person_id": "P", "risk_people.0.age": "70", "risk_people.0.sex": "F"}
    both = {**people, "risk_diagnoses.0.person_id": "P", "risk_diagnoses.0.code": "E1122"}
    assert "RISK-REFERENCE" in fill(person, "/forms/risk_people", both).text
    assert person.get("/forms/risk_diagnoses").headers["location"] == "/forms/risk_people"


def test_a_list_that_is_filled_in_becomes_a_load(person: Person, sign: Sign) -> None:
    rows = {"provider_roster.0.npi": "1234567893", "provider_roster.0.tin": "123456789"}
    refused = fill(person, "/forms/provider_roster", rows)
    assert refused.status_code == 403
    loader = sign(Role.analyst)
    sent = fill(loader, "/forms/provider_roster", rows)
    assert sent.headers["location"] == "/jobs/1"
    assert "The load waits for its turn" in loader.get("/jobs/1").text


def test_a_form_over_the_run_is_for_those_who_see_all_of_it(sign: Sign) -> None:
    for roles, scope, status in (
        ([Role.analyst], EVERY, 200), ([Role.executive], EVERY, 403), ([Role.biller], Scope(tin=("1",)), 403),
    ):  # fmt: skip
        asking = sign(*roles, scope=scope)
        assert asking.get("/forms/prior_auth_requests").status_code == status
    unknown = sign(Role.analyst)
    elsewhere = unknown.get("/forms/overpayment_review")
    assert elsewhere.status_code == 404 and "FORM-ELSEWHERE" in elsewhere.text
    assert unknown.get("/forms/nothing").status_code == 404


def test_answers_end_after_an_hour_and_the_oldest_go_first() -> None:
    moment = [0.0]
    answers = Answers(lambda: moment[0])
    key = answers.put(1, "asm", {}, {}, {})
    assert answers.get(key, 1) is not None and answers.get(key, 2) is None
    moment[0] = 3601.0
    assert answers.get(key, 1) is None
    first = answers.put(1, "asm", {}, {}, {})
    for _ in range(60):
        answers.put(1, "asm", {}, {}, {})
    assert answers.get(first, 1) is None


def test_what_would_not_be_kept_is_refused(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corridor.web.forms.saved.MOST", 0)
    address = fill(person, "/forms/asm_scores", cells()).headers["location"]
    assert "FORM-SAVED" in fill(person, address + "/save", {"title": "one"}).text
    monkeypatch.setattr("corridor.web.pages.forms.MOST_ANSWERED", 1)
    large = fill(person, "/forms/asm_scores", cells())
    assert large.status_code == 400 and "FORM-LARGE" in large.text


def test_pasted_rows_that_are_no_table_are_refused(person: Person) -> None:
    odd = fill(person, "/forms/asm_scores", {"paste.asm_scores": "tin\tnpi\n9\r9\t1"})
    assert odd.status_code == 400 and "FORM-PASTED" in odd.text


def test_numbers_that_only_look_like_one_are_refused(person: Person) -> None:
    odd = fill(person, "/forms/asm_scores", {**cells(), "year": "²²²²"})
    assert odd.status_code == 400 and "FORM-CHOICE" in odd.text
    assert fill(person, "/forms/asm_scores", {**cells(), "more": "1", "rows": "²"}).status_code == 200


def test_an_answer_is_closed_with_its_form(
    person: Person, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = fill(person, "/forms/asm_scores", cells()).headers["location"]
    assert person.get(address).status_code == 200
    monkeypatch.setattr("corridor.web.pages.forms.may", lambda visit, door: False)  # rights were taken away
    for path in (address, address + "/file?kind=csv"):
        assert person.get(path).status_code == 403
    assert fill(person, address + "/save", {"title": "mine"}).status_code == 403
