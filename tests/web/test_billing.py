"""Billing pages: sums equal their findings, scope and roles hold, claims open, files leave as they should."""

from __future__ import annotations

import csv
import io
import re
import time
from pathlib import Path

import pytest
from httpx2 import Response

from corridor.settings import Settings
from corridor.web import audit
from corridor.web.billing import precision_words
from corridor.web.making import Making
from corridor.web.pages.billing_prices import _headline
from corridor.web.roles import Role
from corridor.web.scope import Scope, condition
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.billing_run import DOC, MINE, OTHER, PEER, write_billing_run
from tests.web.conftest import Person, signed_in

LIMITED = Scope(tin=(MINE,))
EVERY = Scope(every_row=True)


@pytest.fixture(scope="session")
def billing_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("billing") / "data"
    write_billing_run(home)
    return home


@pytest.fixture
def desk(billing_home: Path, tmp_path: Path) -> Workbench:
    return Workbench(billing_home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


def ready(person: Person, path: str) -> Response:
    """A page once what it stands on is made."""
    for _ in range(100):
        answer = person.get(path)
        if "refresh" not in answer.headers:
            return answer
        time.sleep(0.1)
    raise AssertionError("never made")


def rows_of(answer: Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_billing_speaks_in_dollars_first(desk: Workbench) -> None:
    text = ready(signed_in(desk, [Role.biller], EVERY), "/billing").text
    # 8 x 16.05 = 128.40, 71.02 + 20.00 = 91.02, 55.00; to tens below a thousand
    assert "$130 could be billed and is not, $90 was paid in error and $60 is at risk" in re.sub(
        r"<[^>]+>", "", text
    )
    assert "$128" in text and "$91" in text and "$55" in text
    assert "$20 of what was paid in error or is at risk stands on claim lines" in re.sub(r"<[^>]+>", "", text)
    assert "Mar 2026 to Aug 2026" in text


def test_the_sum_shown_is_the_sum_of_the_findings_in_scope(desk: Workbench) -> None:
    for scope in (EVERY, LIMITED, Scope(npi=(PEER,))):
        person = signed_in(desk, [Role.biller], scope)
        listed = rows_of(ready(person, "/billing/audits/all?format=csv"))
        text = re.sub(r"<[^>]+>", " ", ready(person, "/billing/audits/all").text)
        total = round(sum(float(row["dollars"]) for row in listed))
        assert re.search(rf"All\s+{len(listed)}\s+\d+\s+\${total}\b", text) or len(listed) == 1, text[:2000]
        sums = rows_of(ready(person, "/api/v1/tables/panel.billing_finding?format=csv"))
        assert len(sums) <= len(listed)


def test_a_limited_account_sees_only_its_practice(desk: Workbench) -> None:
    person = signed_in(desk, [Role.biller], LIMITED)
    listed = rows_of(ready(person, "/billing/audits/all?format=csv"))
    assert len(listed) == 10 and {row["tin"] for row in listed} == {MINE}
    for path in ("/billing", "/billing/audits/all", "/billing/prices", "/billing/care-management"):
        assert OTHER not in ready(person, path).text, path
    assert "55" not in re.sub(r"<[^>]+>", " ", ready(person, "/billing").text).split("Synthetic")[-1][:400]
    assert "Nothing is found" in ready(person, "/billing/audits/telehealth").text
    whole = signed_in(desk, [Role.biller], EVERY)
    other = finding_link(whole, "/billing/audits/telehealth")
    assert whole.get(other).status_code == 200
    answer = person.get(other)
    assert answer.status_code == 404 and "WEB-NO-FINDING" in answer.text and PEER not in answer.text


def finding_link(person: Person, path: str) -> str:
    found = re.search(r'href="(/billing/findings/[^"]+)"', ready(person, path).text)
    assert found is not None
    return found[1]


def test_an_executive_sees_sums_and_no_single_claim(desk: Workbench) -> None:
    person = signed_in(desk, [Role.executive], EVERY)
    text = ready(person, "/billing/audits/conflict").text
    assert "$91" in text and "/billing/findings/" not in text and "C0100" not in text
    assert "&lt;11" in text  # two findings are fewer than may be told
    assert "your role sees their sums" in text
    link = finding_link(signed_in(desk, [Role.biller], EVERY), "/billing/audits/conflict")
    assert person.get(link).status_code == 403
    assert person.get("/api/v1/tables/panel.billing_listed").status_code in (403, 404)
    for path in ("/billing", "/billing/prices"):
        assert (
            "C0100" not in ready(person, path).text
            and "/billing/prices/lines/" not in ready(person, path).text
        )
    kept = rows_of(ready(person, "/billing/audits/all?format=csv"))
    assert kept and all(row["suppressed"] == "True" and not row["dollars"] for row in kept)


def test_a_finding_opens_to_its_claims(desk: Workbench) -> None:
    person = signed_in(desk, [Role.biller], EVERY)
    link = finding_link(person, "/billing/audits/conflict?kind=ccm_twice")
    assert re.fullmatch(r"/billing/findings/\d+-[0-9a-f]{16}", link)
    text = person.get(link).text
    assert "CCM twice: $71.02 was allowed that the rule does not allow" in re.sub(r"<[^>]+>", "", text)
    assert "The claim C0100" in text and "The claim it stands against C0200" in text
    assert text.count("this line") == 1 and text.count("the other line") == 1 and "99214" in text
    assert 'href="/rules/primary_care.care_management_code"' in text and "$55.68" in text
    told = [(row["action"], row["subject"]) for row in audit.newest(desk.state, 5)]
    assert ("finding", "ccm_twice, person 100") in told
    # another practice's claim is not shown to a limited account, which still learns what is said of it
    limited = signed_in(desk, [Role.biller], LIMITED)
    own = limited.get(finding_link(limited, "/billing/audits/conflict?kind=ccm_twice")).text
    assert "The claim C0100" in own and "$63.92" not in own and "of another practice" in own


def test_a_finding_is_found_again_where_a_run_moved_it(desk: Workbench) -> None:
    person = signed_in(desk, [Role.biller], EVERY)
    link = finding_link(person, "/billing/audits/conflict?kind=ccm_twice")
    moved = re.sub(r"/\d+-", "/999-", link)
    assert "The claim C0100" in person.get(moved).text
    for odd in ("1-0000000000000000", "x", "0'-", "C0100"):
        assert person.get(f"/billing/findings/{odd}").status_code == 404


def test_findings_are_filtered_sorted_and_refused(desk: Workbench) -> None:
    person = signed_in(desk, [Role.biller], EVERY)
    for query, count in (
        ("all", 11), ("all?direction=missed", 8), ("all?month=202608", 2), (f"all?npi={PEER}", 1),
        (f"all?tin={MINE}&certainty=sure", 2), ("g2211?kind=g2211_missed&month=202603", 8),
    ):  # fmt: skip
        answer = ready(person, f"/billing/audits/{query}{'&' if '?' in query else '?'}format=csv")
        assert len(rows_of(answer)) == count, query
    first = ready(person, "/billing/audits/all?sort=dollars").text
    assert first.index("CCM twice</a></td><td>2026-08-16") < first.index("G2211 missed</a></td><td>2026")
    for query, code in (
        ("all?direction=x", "AUDIT-FILTER"), ("all?kind=a'b", "AUDIT-FILTER"),
        ("all?month=202613", "AUDIT-MONTH"), ("nothing", "AUDIT-UNKNOWN"), ("all?format=pdf", "WEB-REQUEST"),
    ):  # fmt: skip
        answer = ready(person, f"/billing/audits/{query}")
        assert answer.status_code in (400, 404) and code in answer.text, query
    assert ready(person, "/billing/audits/conflicts").status_code == 200  # as the command line calls it
    assert ready(person, "/billing/audits/all?format=xlsx").content[:2] == b"PK"


def test_prices_add_up_in_scope(desk: Workbench) -> None:
    limited = re.sub(r"<[^>]+>", "", ready(signed_in(desk, [Role.biller], LIMITED), "/billing/prices").text)
    assert "$10 (10.0%) more was allowed than the fee schedule says" in limited  # 110 against 100
    whole = signed_in(desk, [Role.biller], EVERY)
    text = ready(whole, "/billing/prices").text
    plain = re.sub(r"<[^>]+>", "", text)
    assert "more was allowed" in plain and "Of 3 professional lines 67% have a price" in plain
    assert "unknown code" in plain and "No relative value file" in plain
    line = re.search(r'href="(/billing/prices/lines/[^"]+)"', text)
    assert line is not None and "P0001" not in line[1]
    told = [row for row in audit.newest(desk.state, 20) if row["action"] == "patient_rows"]
    assert told and all(row["subject"].startswith("single lines of prices, ") for row in told)
    opened = whole.get(line[1]).text
    assert "$110.00 allowed, $100.00 by the schedule" in opened
    assert whole.get("/billing/prices/lines/1-0000000000000000").status_code == 404


def test_a_line_without_an_allowed_amount_is_not_underpaid() -> None:
    """40 allowed of 50, and 50 of which nobody says what was allowed: 10 less, a tenth of 100."""
    said = {"expected": 50.0, "allowed": 40.0, "over": 0.0, "under": -10.0}
    silent = {"expected": 50.0, "allowed": 0.0, "over": 0.0, "under": 0.0}
    priced = [said, silent]
    assert _headline(priced, priced) == "$10 (10.0%) less was allowed than the fee schedule says"


def test_without_an_installed_schedule_the_pages_say_what_to_do(desk: Workbench) -> None:
    person = signed_in(desk, [Role.biller], EVERY)
    text = person.get("/billing/price?code=99214").text
    assert "PRICE-REFERENCE" in text and "corridor reference add" in text
    assert "Two fee schedules are needed" in person.get("/billing/impact").text
    assert person.get("/api/v1/price?code=99214").json()["error"]["code"] == "PRICE-REFERENCE"


def test_care_management_by_clinician(desk: Workbench) -> None:
    whole = signed_in(desk, [Role.executive], EVERY)
    text = re.sub(r"<[^>]+>", "", whole.get("/billing/care-management").text)
    assert "$1.4k of advanced primary care management could be billed for 2026 and is not" in text
    assert (
        "$14,400" in text and "27" in text and "0 of 1" in text
    )  # 300 - 60 months at 60 dollars allowed; 60 months a year are fewer than 27 a month
    assert "Open, allowed" in text and "$13,440" not in text
    kept = re.sub(r"<[^>]+>", "", whole.get("/billing/care-management?program=ccm").text)
    assert "Open, kept revenue" in kept and "$13,440" in kept  # 240 months at 56 dollars kept
    limited = signed_in(desk, [Role.biller], LIMITED)
    own = limited.get("/billing/care-management").text
    assert "$1k of advanced" in re.sub(r"<[^>]+>", "", own) and PEER not in own and "/work/apcm" in own
    listed = rows_of(limited.get("/billing/care-management?format=csv&program=ccm"))
    assert [row["npi"] for row in listed] == [DOC] and listed[0]["break_even_people"] == "27"


def test_precision_in_words() -> None:
    known = {"a": {"precision": 0.5, "at_most": 1.0}, "b": {"precision": 1.0, "at_most": 1.0}}
    assert precision_words([("a", 1), ("b", 3)], known) == "88% to 100%"  # (0.5 + 3) / 4
    assert precision_words([("b", 3)], known) == "100%"
    assert precision_words([("c", 3)], known) == "not measured"


def test_long_work_is_done_once_and_says_so() -> None:
    making, begun = Making(), []

    def slow(say: object) -> int:
        begun.append(1)
        time.sleep(0.3)
        return 7

    first = making.get("key", "Something", slow, patience=0.01)
    assert not first.over.is_set() and first.about == "Something"
    assert making.get("key", "Something", slow, patience=5).made == 7 and len(begun) == 1

    def broken(say: object) -> int:
        raise ValueError("no")

    for _ in range(2):  # begun again, for whoever asks next
        with pytest.raises(ValueError):
            making.get("other", "Something", broken, patience=5)


def test_what_is_billed_belongs_to_whoever_billed_it() -> None:
    columns = ["tin", "npi", "source_id", "claim_id", "claim_line_number"]
    own = condition("billing.finding", columns, episodes=True, lines=True)
    assert "scope.tin" in own and "scope.npi" in own and "scope.line" not in own
    assert "scope.line" in condition("claims.service_line", columns, episodes=True, lines=True)
