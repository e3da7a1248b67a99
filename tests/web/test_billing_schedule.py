"""Prices looked up and another schedule's impact, over the published files of 2025 and 2026."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from corridor.engine.warehouse import Warehouse
from corridor.jobs.price import open_schedule, price_lines
from corridor.law import load_rules
from corridor.reference.add import add_references
from corridor.settings import Settings
from corridor.web.price_desk import PriceDesk
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.billing_run import DOC, MINE, OTHER, write_billing_run
from tests.web.conftest import signed_in
from tests.web.test_billing import EVERY, LIMITED, ready, rows_of

pytestmark = pytest.mark.heavy  # published files are installed, claims priced under both
FILES = (
    "2025/PPRRVU2025_Oct.csv", "2025/GPCI2025.csv", "2026/PPRRVU2026_Jul_nonQPP.csv",
    "2026/GPCI2026_recovered.csv",
)  # fmt: skip


@pytest.fixture(scope="session")
def schedule_home(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("schedule") / "data"
    write_billing_run(home)
    add_references([test_data / "pfs" / name for name in FILES], Warehouse.open(home))
    return home


@pytest.fixture(scope="module")
def shared(schedule_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """One workbench for all: the pricer is opened once, as in a server."""
    return Workbench(
        schedule_home, Settings(), State(tmp_path_factory.mktemp("s") / "s.sqlite3"),
        names=frozenset({"testserver"}),
    )  # fmt: skip


def test_a_price_with_its_derivation(shared: Workbench) -> None:
    person = signed_in(shared, [Role.executive], EVERY)
    answer = person.get("/billing/price?code=99214+G2211&year=2026&mac=13202&locality=03")
    plain = re.sub(r"<[^>]+>", "", answer.text)
    # 33.4009 x (1.92 x 1.045 + 2.00 x 1.095 + 0.14 x 1.210) = 67.01 + 73.15 + 5.66 = 145.82; G2211 18.54
    assert "99214, G2211: $164.36 together in 2026" in plain and "$145.82" in plain and "$18.54" in plain
    assert 'href="/rules/pfs.' in answer.text and "indices solved from published amounts" in plain
    told = person.get("/api/v1/price?code=99214&year=2026&mac=13202&locality=03&explain=true").json()
    assert told["rows"][0]["amount"] == 145.82 and told["rows"][0]["derivation"]
    by_place = person.get("/billing/price?code=99214&year=2026&place=13202-03").text
    assert "$145.82" in by_place


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("code=abc", "PRICE-WHAT"), ("code=99214&mac=13202", "PRICE-LOCALITY"),
        ("code=99214&units=0", "PRICE-NUMBER"), ("code=99214&year=1999", "PRICE-YEAR"),
        ("code=99214&setting=moon", "PRICE-WHAT"),
        ("code=99214-26-TC", "PRICE-CONTRADICTION"), ("code=99214&zip=99999", "PRICE-ZIP-FILE"),
    ],
)  # fmt: skip
def test_what_cannot_be_priced_is_refused_on_the_form(shared: Workbench, query: str, code: str) -> None:
    account = f"asker-{code.lower()}-{abs(hash(query)) % 999}"
    person = signed_in(shared, [Role.executive], Scope(every_row=True, npi=(account[-10:],)))
    answer = person.get(f"/billing/price?{query}")
    assert answer.status_code == 400 and code in answer.text and 'name="code"' in answer.text


def test_a_few_rows_price_as_the_whole_file_does(schedule_home: Path) -> None:
    rules = load_rules(["pfs"])
    desk = PriceDesk(schedule_home, rules)
    con = open_schedule(Warehouse.open(schedule_home))
    day = desk.day(2026)
    codes = ("45385", "45380", "45378", "99214", "ZZZZZ", "93306", "66984")
    lines = [
        {
            "service_date": day, "hcpcs_code": code, "units": 1, "mac": "13202", "locality": "03",
            "setting": "non_facility", "qp": False, "participating": True, "session_id": "1",
        }
        for code in codes
    ]  # fmt: skip
    few, whole = desk.price(lines), price_lines(con, rules, [dict(line) for line in lines])
    assert [(row["amount"], row["reason"]) for row in few.rows] == [
        (row["amount"], row["reason"]) for row in whole.rows
    ]
    assert few.rows[4]["reason"] == "unknown_code"


def test_the_impact_adds_up_and_keeps_to_scope(shared: Workbench) -> None:
    whole = signed_in(shared, [Role.analyst], EVERY)
    limited = signed_in(shared, [Role.biller], LIMITED)
    text = re.sub(r"<[^>]+>", "", ready(whole, "/billing/impact").text)
    assert "for the same services" in text and "The parts sum to the cent" in text
    listed = shared_rows(shared, EVERY)
    assert {row["id"] for row in listed} == {MINE, OTHER}
    for row in listed:
        parts = sum((row[name] for name in PARTS_OF), Decimal(0))
        assert parts == row["change"] == row["to_amount"] - row["from_amount"]
    own = ready(limited, "/billing/impact?level=npi").text
    assert OTHER not in own and DOC in own
    assert shared_rows(shared, LIMITED) == [row for row in listed if row["id"] == MINE]
    kept = rows_of(ready(whole, "/billing/impact?format=csv"))
    assert all(row["suppressed"] == "True" and not row["change"] for row in kept)  # three and one person
    assert whole.get("/billing/impact?from=1999&to=2026").status_code == 400


def test_a_fee_and_a_change_open_their_derivations(shared: Workbench) -> None:
    """At addresses of their own, for people and for programs; only of rows in scope."""
    whole = signed_in(shared, [Role.auditor], EVERY)
    fee = whole.get("/explain/price?code=99214&year=2026&mac=13202&locality=03")
    assert "$145.82" in fee.text and 'href="/rules/pfs.' in fee.text
    told = whole.get("/api/v1/explain/price?code=99214&year=2026&mac=13202&locality=03").json()
    assert told["rows"][0]["amount"] == 145.82 and told["rows"][0]["derivation"]
    listed = ready(whole, "/billing/impact?level=code").text
    code = re.search(r"/explain/impact[^\"]*level=code&amp;id=([0-9A-Z]{5})\"", listed)
    assert code is not None
    answer = ready(whole, f"/explain/impact?level=code&id={code[1]}").text
    plain = re.sub(r"<[^>]+>", "", answer)
    assert (
        "The parts sum to the cent" in plain and f"One unit of {code[1]} under the schedule of 2026" in plain
    )
    cell = whole.get(f"/api/v1/explain/impact?level=code&id={code[1]}").json()
    row = cell["rows"][0]
    assert round(sum(one["dollars"] for one in cell["parts"]), 2) == round(float(row["change"]), 2)
    assert set(cell["prices"]) == {"from", "to"} and cell["prices"]["to"][0]["derivation"]
    limited = signed_in(shared, [Role.clinician], LIMITED)
    assert ready(limited, f"/explain/impact?level=tin&id={MINE}").status_code == 200
    assert ready(limited, f"/explain/impact?level=tin&id={OTHER}").status_code == 400
    assert ready(limited, f"/explain/impact?level=npi&id={DOC}").status_code == 200


def shared_rows(bench: Workbench, scope: Scope) -> list[dict[str, Any]]:
    from corridor.jobs.impact import Owners, measure_levels
    from corridor.jobs.impact_scenarios import read_scenario

    only = None if scope.every_row else Owners(scope.tin, scope.npi)
    before, after = read_scenario("2025", "from"), read_scenario("2026", "to")
    return measure_levels(bench.context(), before, after, ("tin",), only=only)["tin"].rows


PARTS_OF = (
    "statutory_update", "budget_neutrality", "one_year_increase", "conversion_factor_other", "qp_status",
    "work_efficiency", "work_revaluation", "practice_expense_non_facility", "practice_expense_facility",
    "malpractice", "gpci", "policy", "rounding", "volume", "new_codes", "ended_codes",
)  # fmt: skip
