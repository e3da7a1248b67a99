"""Next best dollar in the browser: ranked within scope, decided once, and held against what was expected."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridor.jobs.action_marks import mark, marks
from corridor.settings import Settings
from corridor.web.actions import net_picture
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State, now
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, Person, signed_in
from tests.web.test_people_in_scope import write

# Ada of T1 in ACO A1: 12,000 of G2211, less 600 counted elsewhere, less 400 for the ACO: 11,000 net; 3,000 of
# a lever. T2: 900 of three people. A duty of 5,000. A hospital's 40,000.
COLUMNS = (
    "action_id, program, kind, measure, npi, tin, ccn, aco_id, words, todo, items, people, found_dollars, "
    "gross_dollars, overlap_dollars, net_dollars, low, high, effort_hours, deadline, deadline_days, "
    "deadline_words, evidence_table, evidence_key, obligation, rank_npi, rank_tin, rank_ccn, rank_aco"
)
FIRST = "billing:g2211_missed:missed:1999000000:T1"
RANKED = f"""
select * from (values
    ('{FIRST}', 'billing', 'g2211_missed', '', '1999000000', 'T1', null, 'A1',
     'Add the visit complexity code', '', 100, 90, 20000.0, 12000.0, -1000.0, 11000.0, 4000.0, 15000.0, 6.0,
     date '2027-12-31', null,
     'a year after the service: the first of them', 'asm.roster',
     'npi=1999000000&tin=T1', false, 1, 1, null, 1),
    ('asm:2027:Q236:1999000000:T1', 'asm', 'asm_quality', 'Q236', '1999000000', 'T1', null, 'A1',
     'Raise a quality measure by one decile', '', 1, null, 6000.0, 3000.0, 0.0, 3000.0, 600.0, 6000.0, 20.0,
     null, null, 'the end of the performance year', 'asm.roster', 'npi=1999000000', false, 2, 2, null, 2),
    ('billing:ccm:missed:1999000001:T2', 'billing', 'ccm', '', '1999000001', 'T2', null, null, 'Offer care',
     '', 3, 3, 1800.0, 900.0, 0.0, 900.0, 100.0, 1800.0, 30.0, null, null, 'every month', 'asm.roster',
     'tin=T2', false, 1, 1, null, null),
    ('billing:twice:paid_in_error:1999000000:T1', 'billing', 'twice', '', '1999000000', 'T1', null, 'A1',
     'Return what was paid in error', '', 20, 18, -5000.0, -5000.0, 0.0, -5000.0, -5000.0, -4000.0, 6.0, null,
     60, '60 days after it is identified', 'asm.roster', 'tin=T1', true, 1, 1, null, 1),
    ('team:team_snf:100001', 'team', 'team_snf', '', null, null, '100001', null, 'Less skilled nursing', '',
     1, 40, 80000.0, 40000.0, 0.0, 40000.0, 0.0, 90000.0, 120.0, null, null,
     'the end of the performance year',
     'team.leakage', 'hospital_ccn=100001', false, null, null, 1, null)
) as t({COLUMNS})
"""
EFFECT = f"""
select * from (values
    ('{FIRST}', '1999000000', 'T1', null, 'A1', 'same_claim_line', 'counted with another finding', -600.0,
     -200.0, -900.0),
    ('{FIRST}', '1999000000', 'T1', null, 'A1', 'aco_spending', 'costs the ACO its share', -400.0,
     -400.0, 0.0)
) as t(action_id, npi, tin, ccn, aco_id, effect, words, dollars, dollars_low, dollars_high)
"""
TABLES = {
    "action.ranked": RANKED,
    "action.effect": EFFECT,
    "asm.roster": "select '1999000000' as npi, 'T1' as tin, 'Ada' as clinician_name, 'x' as specialty_code, "
    "2 as practice_size, 10 as claim_lines, date '2026-12-31' as last_claim_date",
}
Sign = Callable[..., Person]


@pytest.fixture
def over(tmp_path: Path) -> Workbench:
    home = tmp_path / "data"
    write(home, TABLES)
    return Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


@pytest.fixture
def sign(over: Workbench) -> Sign:
    return lambda *roles, scope=EVERY: signed_in(over, roles, scope)


def words(text: str) -> str:
    text = re.sub(r"</?span[^>]*>", "", text)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\u00a0", " ").split())


def decide(person: Person, action: str, **given: str) -> Any:
    form = {"csrf": person.csrf, "key": "0123456789ab", "version": "0", **given}
    return person.post(f"/actions/{action}", data=form)


def test_the_list_speaks_in_net_dollars(sign: Sign) -> None:
    """11,000 + 3,000 + 900 + 40,000 = 54,900 net of 55,900 before overlap; the duty stands apart."""
    who = sign(Role.executive)
    text = words(who.get("/actions").text)
    assert "4 actions are worth $55k after overlap" in text
    assert "Before overlap they add up to $56k: $1k would be counted twice" in text
    order = [
        text.index(one) for one in ("Less skilled nursing", "Add the visit", "Raise a quality", "Offer care")
    ]
    assert order == sorted(order) and "Return what was paid" not in text
    duties = words(who.get("/actions?view=duties").text)
    assert (
        "1 duty calls for up to $5k to be returned" in duties and "60 days after it is identified" in duties
    )
    assert "Add the visit" not in words(who.get("/actions?program=asm").text).partition("Next best dollar")[2]
    assert "2 actions for NPI 1999000000 are worth $14k" in words(who.get("/actions?npi=1999000000").text)


def test_a_file_blanks_what_rests_on_few(sign: Sign) -> None:
    answer = sign(Role.analyst).get("/actions?format=csv").text.removeprefix("\ufeff")
    rows = {row["action_id"]: row for row in csv.DictReader(io.StringIO(answer))}
    assert rows[FIRST]["net_dollars"] == "11000.0"
    few = rows["billing:ccm:missed:1999000001:T2"]
    assert few["suppressed"] == "True" and few["net_dollars"] == ""


def test_what_is_done_for_few_leaves_without_figures(sign: Sign) -> None:
    """Three people: neither the file of what is done nor the interface tells their 900 dollars."""
    who, few = sign(Role.biller), "billing:ccm:missed:1999000001:T2"
    for action in (FIRST, few):
        assert decide(who, action, status="done").status_code == 303
    answer = who.get("/actions?view=done&format=csv").text.removeprefix("\ufeff")
    rows = {row["action_id"]: row for row in csv.DictReader(io.StringIO(answer))}
    assert rows[FIRST]["expected_dollars"] == "11000.0" and rows[few]["expected_dollars"] == ""
    told = {row["action_id"]: row for row in who.get("/api/v1/actions?view=done").json()["rows"]}
    assert told[FIRST]["expected_a_year"] == 11000 and told[few]["expected_a_year"] is None
    one = who.get(f"/api/v1/actions/{few}").json()
    assert one["action"]["net_dollars"] is None and one["history"][0]["net_dollars"] is None


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope(tin=("T1",)), {FIRST, "asm:2027:Q236:1999000000:T1"}),
        (Scope(aco=("A1",)), {FIRST, "asm:2027:Q236:1999000000:T1"}),
        (Scope(npi=("1999000001",)), {"billing:ccm:missed:1999000001:T2"}),
        (Scope(aco=("A2",)), set()),
        (Scope(ccn=("100001",)), {"team:team_snf:100001"}),
    ],
)
def test_only_ones_own(sign: Sign, scope: Scope, seen: set[str]) -> None:
    who = sign(Role.clinician, scope=scope)
    rows = who.get("/api/v1/actions").json()["rows"]
    assert {row["action_id"] for row in rows} == seen
    if FIRST not in seen:
        refused = who.get(f"/actions/{FIRST}")
        assert refused.status_code == 404 and "WEB-NO-ACTION" in refused.text
        assert decide(who, FIRST, status="done").status_code == 404


def test_an_action_opens_to_its_parts_and_evidence(sign: Sign) -> None:
    """12,000 - 600 - 400 = 11,000."""
    page = sign(Role.executive).get(f"/actions/{FIRST}").text
    text = words(page)
    assert "Add the visit complexity code: $11k after overlap" in text
    assert "Counted with another finding of the line" in text and "−$600" in text and "−$400" in text
    assert 'href="/evidence/asm.roster?npi=1999000000&amp;tin=T1"' in page


def test_done_is_kept_with_its_history_and_leaves_the_list(sign: Sign) -> None:
    who, other = sign(Role.biller), sign(Role.analyst)
    answer = decide(who, FIRST, quick="done", note="billed since May")
    assert answer.status_code == 303 and answer.headers["location"].endswith("?saved=yes")
    assert (
        decide(who, FIRST, quick="done", note="billed since May").status_code == 303
    )  # sent twice: made once
    assert "Add the visit" not in words(who.get("/actions").text)
    stale = decide(other, FIRST, status="open", key="another-key")
    assert stale.status_code == 409 and "WEB-ACTION-CHANGED" in stale.text
    told = other.get(f"/api/v1/actions/{FIRST}").json()
    assert told["kept"]["status"] == "done" and len(told["history"]) == 1
    done = words(other.get("/actions?view=done").text)
    assert "1 action done, +$11k expected a year" in done and "No later claims yet" in done
    assert sign(Role.analyst, scope=Scope(tin=("T2",))).get("/api/v1/actions?view=done").json()["rows"] == []
    again = other.post(
        f"/api/v1/actions/{FIRST}",
        json={"version": 1, "key": "third-key", "status": "open"},
        headers={"x-csrf-token": other.csrf},
    )
    assert again.status_code == 200 and again.json()["kept"]["done_at"] is None


@pytest.mark.parametrize(
    "given", [{"status": "gone"}, {"due": "soon"}, {"note": "x" * 2001}, {"key": "short"}], ids=str
)
def test_what_cannot_be_kept_is_refused(sign: Sign, given: dict[str, str]) -> None:
    answer = decide(sign(Role.biller), FIRST, **given)
    assert answer.status_code == 400 and "WEB-ACTION-WISH" in answer.text


def test_an_auditor_looks_on(sign: Sign) -> None:
    who = sign(Role.auditor)
    assert "Mark as done" not in who.get(f"/actions/{FIRST}").text
    assert decide(who, FIRST, status="done").status_code == 403


def test_what_came_of_it_stands_beside_what_was_expected(tmp_path: Path) -> None:
    """Two months of later claims: 2,000 more than before, of 11,000 a year (4,000 to 15,000) expected: 1,833
    in two months, between 667 and 2,500. The action itself is gone from the list.
    """
    write(tmp_path / "data", TABLES)
    first = Workbench(
        tmp_path / "data", Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"})
    )
    assert decide(signed_in(first, [Role.biller], EVERY), FIRST, quick="done").status_code == 303
    marked = now().year * 12 + now().month - 1
    first_month, after, last = (
        (one // 12) * 100 + one % 12 + 1 for one in (marked - 1, marked + 1, marked + 2)
    )
    later = {
        **TABLES,
        "action.ranked": f"select * from ({RANKED}) where kind <> 'g2211_missed'",
        "action.billed_month": f"select '{FIRST}' as action_id, '1999000000' as npi, 'T1' as tin, "
        f"{after} as month, 2000.0 as dollars, {first_month} as first_month, {last} as last_month",
    }
    write(tmp_path / "later", later)
    shutil.copytree(tmp_path / "data" / "actions", tmp_path / "later" / "actions")
    second = Workbench(tmp_path / "later", Settings(), first.state, names=frozenset({"testserver"}))
    who = signed_in(second, [Role.analyst], EVERY)
    text = words(who.get("/actions?view=done").text)
    assert "1 action done, +$11k expected a year; +$2k realized so far" in text
    assert "+$1.8k was expected by now" in text and "As expected, 2 months of claims" in text
    gone = words(who.get(f"/actions/{FIRST}").text)
    assert "The last run no longer lists it" in gone and "Mark as done" not in gone


def test_what_the_command_line_marks_is_done_here_too(tmp_path: Path) -> None:
    write(tmp_path / "data", TABLES)
    bench = Workbench(
        tmp_path / "data", Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"})
    )
    run = bench.run()
    assert run is not None
    mark(run, FIRST, date(2027, 4, 1))
    who = signed_in(bench, [Role.analyst], EVERY)
    assert "the command line" in words(who.get("/actions?view=done").text)
    assert "Add the visit" not in words(who.get("/actions").text)
    assert decide(who, FIRST, status="doing").status_code == 303  # begun again: no longer done for either
    assert not marks(run.home)[FIRST]["done"]
    assert "Add the visit" in words(who.get("/actions").text)
    outside = signed_in(bench, [Role.analyst], Scope(tin=("T2",)))
    mark(run, FIRST, date(2027, 5, 1))
    assert outside.get("/api/v1/actions?view=done").json()["rows"] == []


def test_a_run_without_actions_says_what_to_do(tmp_path: Path) -> None:
    write(tmp_path / "data", {"asm.roster": TABLES["asm.roster"]})
    bench = Workbench(
        tmp_path / "data", Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"})
    )
    who = signed_in(bench, [Role.analyst], EVERY)
    assert who.get("/actions").status_code == 200 and "corridor run" in who.get("/actions").text
    assert who.get("/api/v1/actions").json()["rows"] == []
    assert who.get("/actions/x").status_code == 404


def test_cents_left_over_by_many_effects_close_the_picture() -> None:
    effects = [{"effect": "same_claim_line", "dollars": -10.33}, {"effect": "same_family", "dollars": -20.33}]
    # 100.00 - 10.33 - 20.33 = 69.34, and the net says 69.33
    picture = net_picture("net", 100.0, effects, 69.33, "From gross to net")
    assert picture is not None
    assert "Rounding" in picture.wide.description
