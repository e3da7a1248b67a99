"""What the work lists hold, say and hand out, and who sees which item of them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest

from corridor.settings import Settings
from corridor.web import audit
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.work_lists import LISTS
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, Sign
from tests.web.work_tables import ANNA, FIRST, NORTH, SOUTH, work_tables, write_identity, write_tables

PEOPLE = {"1AA0AA0AA01": 1, "1AA0AA0AA02": 2, "1AA0AA0AA03": 3, "1AA0AA0AA04": 4}
# Patient 1 has heart failure in both models of a blended year; 3, with kidney failure, is scored by another;
# a claim of 2027 carries the condition of 4, and 2 has died.
CONDITIONS: dict[str, tuple[str, list[tuple[object, ...]]]] = {
    "population.hcc": (
        "person_id bigint, model varchar, hcc integer, label varchar, chronic boolean, coefficient double",
        [
            *((one, "v24", 85, "Heart failure", True, 0.33) for one in (1, 2, 4)),
            *((one, "v28", 226, "Heart failure", True, 0.36) for one in (1, 2, 3, 4)),
            (1, "v28", 37, "Diabetes", False, 0.17),
            (3, "esrd_v24", 85, "Heart failure", True, 0.2),
        ],
    ),
    "population.hcc_item": (
        "model varchar, hcc integer, parent_bit bigint, dropped_by bigint",
        [("v24", 85, 0, 0), ("v28", 226, 0, 0), ("v28", 37, 0, 0), ("esrd_v24", 85, 0, 0)],
    ),
    "population.hcc_code": (
        "diagnosis_code varchar, model varchar, hcc integer, parent_bit bigint",
        [("I509", "v24", 85, 0), ("I509", "v28", 226, 0), ("I509", "esrd_v24", 85, 0)],
    ),
    "population.risk_model": (
        "model varchar, blend_people varchar, blend_weight double",
        [("v24", "other", 0.33), ("v28", "other", 0.67), ("esrd_v24", "esrd", 1.0)],
    ),
    "population.risk_person": (
        "person_id bigint, esrd_status varchar",
        [(1, "none"), (2, "none"), (3, "dialysis"), (4, "none")],
    ),
    "claims.claim_diagnosis": (
        "person_id bigint, diagnosis_code varchar, service_month integer",
        [(1, "I509", 202605), (4, "I509", 202702)],
    ),
    "claims.person": (
        "person_id bigint, death_date date",
        [(1, None), (2, "2027-01-10"), (3, None), (4, None)],
    ),
    "population.pbpy": (
        "year integer, expenditure double, person_years double",
        [(2026, 100_000, 10), (2027, 900_000, 10)],
    ),
}


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    home = tmp_path / "work"
    write_tables(home, FIRST, work_tables())
    write_identity(home, PEOPLE, names={1: "OAK ALPHA"})
    return Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


def rows_of(person: Person, path: str) -> list[dict[str, object]]:
    answer = person.get(f"/api/v1/work/{path}")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, object]] = answer.json()["rows"]
    return rows


def test_a_patient_is_one_item_with_the_months_of_the_last_year(signed: Sign) -> None:
    rows = rows_of(signed(Role.biller), "apcm")
    # patient 1: 50 + 50 + 50.25 in three months; 4: 110, the month of the year before does not count;
    # 3: 15; 2 was not to bill in the last month any more
    assert [(row["patient"], row["n"], row["dollars"]) for row in rows] == [
        (1, 3, 150.25),
        (4, 1, 110),
        (3, 1, 15),
    ]
    assert rows[0]["kind"] == "G0557" and rows[0]["day"] == "2027-03-05"
    assert rows[0]["words"] == "Level 2; ask for consent"
    assert rows[2]["words"] == "Level 1; consent is on file; check Medicaid status, it decides the level"


def test_the_page_speaks_first_in_dollars(signed: Sign) -> None:
    text = signed(Role.biller).get("/work/apcm").text
    assert "<h1>3 patients could have been billed for advanced primary care management" in text
    assert 'worth <span class="k">$280</span> at the fee schedule' in text  # 150.25 + 110 + 15
    assert "Practice 990000001 has the most to do: $150" in text and "1 to 3 of 3" in text
    assert "/clinicians/" + ANNA in text and "1AA0AA0AA01" not in text and "OAK" not in text


def test_my_work_says_what_waits(signed: Sign) -> None:
    text = signed(Role.biller).get("/work").text
    assert "Nothing is assigned to you: 5 items on 3 lists wait for somebody" in text
    assert "The last run lacks population.need_tier" in text
    assert len(re.findall(r'<a href="/work/[a-z-]+">', text.partition("The lists")[2])) == len(LISTS)


def test_services_not_billed_are_those_of_the_last_year(signed: Sign) -> None:
    (row,) = rows_of(signed(Role.biller), "missed-items")
    assert (row["n"], row["dollars"], row["day"]) == (2, 32, "2027-02-05")
    text = signed(Role.analyst).get("/work/findings").text
    assert "1 patient has billed lines that an audit finds paid in error or at risk" in text
    assert "At risk" in text and "Check it." not in text


def test_a_condition_of_a_blended_year_is_listed_once(tmp_path: Path, signed: Sign) -> None:
    """10,000 a person-year: 0.36 of it by the newest model, not 0.33 too; 0.2 by that of kidney failure."""
    write_tables(tmp_path / "blended", FIRST, {**work_tables(), **CONDITIONS})
    bench = Workbench(
        tmp_path / "blended", Settings(), State(tmp_path / "b.sqlite3"), names=frozenset({"testserver"})
    )
    rows = rows_of(signed(Role.biller, over=bench), "recapture")
    assert [(row["patient"], row["kind"], row["dollars"]) for row in rows] == [
        (1, "HCC 226", 3600),
        (3, "HCC 85", 2000),
    ]


def test_filters_and_orders_are_addresses(signed: Sign) -> None:
    person = signed(Role.biller)
    assert [row["patient"] for row in rows_of(person, f"apcm?tin={SOUTH}")] == [4, 3]
    assert [row["patient"] for row in rows_of(person, f"apcm?npi={ANNA}&status=open")] == [1]
    assert [row["patient"] for row in rows_of(person, "apcm?kind=G0558")] == [4]
    assert [row["patient"] for row in rows_of(person, "apcm?sort=patient&down=false")] == [1, 3, 4]
    assert [row["patient"] for row in rows_of(person, "apcm?sort=patient&down=false&start=1&limit=1")] == [3]
    assert rows_of(person, "apcm?status=done") == []
    for odd in ("sort=drop", "tin='x", "assignee=x", "status=gone", "kind=%27", "due=x"):
        assert person.get(f"/work/apcm?{odd}").status_code == 200
    assert "No item fits" in person.get("/work/apcm?status=done").text


def test_scope_decides_which_items_there_are(bench: Workbench, signed: Sign) -> None:
    everything = {row["patient"]: row["item"] for row in rows_of(signed(Role.biller), "apcm")}
    north = signed(Role.clinician, scope=Scope(tin=(NORTH,)))
    assert [row["patient"] for row in rows_of(north, "apcm")] == [1]
    assert rows_of(north, "findings") == []
    assert [row["patient"] for row in rows_of(signed(Role.analyst, scope=Scope(aco=("A1",))), "apcm")] == [1]
    hidden = north.get(f"/work/apcm/items/{everything[4]}")
    nobody = north.get("/work/apcm/items/0000000000000000")
    assert hidden.status_code == nobody.status_code == 404
    assert "WEB-NO-WORK-ITEM" in hidden.text
    same = re.compile(r"[0-9a-f]{16}")
    assert same.sub("", hidden.text) == same.sub("", nobody.text)  # who is there is not told
    before = audit.tip(bench.state)[0]
    assert north.get(f"/work/apcm/items/{everything[4]}/person").status_code == 404
    told = [row["action"] for row in audit.newest(bench.state, audit.tip(bench.state)[0] - before)]
    assert "patient_identified" not in told


def test_who_it_is_is_shown_once_it_is_written_down(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.clinician)
    (item,) = (row["item"] for row in rows_of(person, "apcm") if row["patient"] == 1)
    page = person.get(f"/work/apcm/items/{item}")
    assert "Show who this is" in page.text and "OAK" not in page.text
    shown = person.get(f"/work/apcm/items/{item}/person").text
    assert "OAK ALPHA" in shown and "1AA0AA0AA01" in shown
    told = audit.newest(bench.state, 50)
    assert any(row["action"] == "patient_identified" and "patient 1," in row["subject"] for row in told)
    assert not any("OAK" in str(dict(row)) or "1AA0AA" in str(dict(row)) for row in told)


def test_a_file_holds_numbers_and_no_identifier(signed: Sign) -> None:
    person = signed(Role.biller)
    answer = person.get("/work/apcm/file?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["patient"] for row in rows] == ["1", "4", "3"] and rows[0]["dollars"] == "150.25"
    assert "1AA0AA" not in answer.text
    book = openpyxl.load_workbook(io.BytesIO(person.get("/work/apcm/file?format=xlsx&tin=" + NORTH).content))
    assert [cell.value for cell in list(book.active.rows)[1]][1] == 1


def test_there_are_no_other_lists(signed: Sign) -> None:
    person = signed(Role.biller)
    for path in ("/work/nothing", "/api/v1/work/nothing"):
        answer = person.get(path)
        assert answer.status_code == 404 and "WEB-WORK-LIST" in answer.text


def test_without_a_run_it_says_what_to_do(empty_bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller, over=empty_bench)
    for path in ("/work", "/work/apcm"):
        assert "corridor load" in person.get(path).text
    assert person.get("/api/v1/work").json()["error"]["code"] == "WEB-NO-RUN"


def names(text: str) -> list[str]:
    """Who a form offers to assign."""
    _, _, choices = text.partition('<select id="b-assignee" name="assignee">')
    return re.findall(r'<option value="[0-9]+"[^>]*>([a-z]+)', choices.partition("</select>")[0])


def test_a_limited_account_knows_of_those_who_see_what_it_sees(signed: Sign) -> None:
    north = signed(Role.biller, scope=Scope(tin=(NORTH,)))
    signed(Role.clinician, scope=Scope(npi=(ANNA,)))  # of the same practice
    signed(Role.analyst, scope=Scope(tin=(SOUTH,)))
    every = signed(Role.biller, Role.clinician)
    assert sorted(names(north.get("/work/apcm").text)) == ["biller", "biller", "clinician"]
    assert "analyst" in every.get("/work/apcm").text
    told = north.get("/api/v1/work").json()["people"]
    assert len(told) == 3 and not any(one["name"].startswith("analyst") for one in told)
    assert len(every.get("/api/v1/work").json()["people"]) == 4


def test_who_saw_which_rows_is_in_the_log(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller)
    (item,) = (row["item"] for row in rows_of(person, "apcm") if row["patient"] == 4)
    before = audit.tip(bench.state)[0]
    for path in (
        "/work/apcm", "/work/apcm/file", "/api/v1/work/apcm?limit=2", f"/api/v1/work/apcm/items/{item}",
        "/work/apcm?status=done",  # no row, nothing to write down but the page
    ):  # fmt: skip
        assert person.get(path).status_code == 200
    rows = reversed(audit.newest(bench.state, audit.tip(bench.state)[0] - before))
    told = [(row["action"], row["subject"]) for row in rows]
    assert [one for one in told if one[0] in ("patient_rows", "work_item_seen")] == [
        ("patient_rows", "work list apcm, 3 rows"),
        ("patient_rows", "work list apcm as a file, 3 rows"),
        ("patient_rows", "work list apcm, 2 rows"),
        ("work_item_seen", f"apcm {item}, patient 4"),
    ]
