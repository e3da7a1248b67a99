"""The studio of track choice: by hand where nothing varies, whose ACO it is, what is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corridor.engine.connection import connect
from corridor.settings import Settings
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, signed_in

RUN = "20280201T060000000000-tracks"
# Forty people of $12,000 each, a benchmark of $12,240, and an ACO of another who may see nothing.
TABLES = {
    "mssp.person_year": "select 'A1' as aco_id, '111111111' as tin, 2026 as year, "
    "'aged_non_dual' as enrollment_type, i as person_id, 1.0::double as person_years, "
    "12000.0::double as expenditure, 1.0::double as risk_score from range(40) t(i)",
    "mssp.expenditure": "select 'A1' as aco_id, tin, 2026 as year, 'all' as enrollment_type, "
    "true as whole_year from (values (''), ('111111111')) t(tin)",
    "mssp.benchmark": "select 'A1' as aco_id, 2026 as year, 'aged_non_dual' as enrollment_type, "
    "12240.0::double as updated_benchmark",
    "mssp.terms": "select 'A1' as aco_id, 2026 as performance_year, 0.8::double as quality_score, "
    "96000.0::double as participant_revenue",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("tracks") / "data"
    con = connect()
    steps = []
    for table, rows in TABLES.items():
        folder = home / "steps" / table
        folder.mkdir(parents=True)
        con.execute(f"copy ({rows}) to '{folder}/part.parquet' (format parquet)")
        steps.append({"step": table, "outputs": [f"steps/{table}"], "rows": 1, "digest": table})
    manifest = {
        "run_id": RUN, "steps": steps, "externals": {}, "settings": {"cohort": "alone"},
        "setting": {"performance_year": 2026, "payment_year": 2028, "data_year": 2026},
        "law": {"programs": ["asm"], "overrides": {}, "as_known_on": None, "proposed": False},
    }  # fmt: skip
    (home / "runs" / RUN).mkdir(parents=True)
    (home / "runs" / RUN / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home / "runs" / "current").write_text(RUN, encoding="utf-8")
    return home


@pytest.fixture
def bench(home: Path, tmp_path: Path) -> Workbench:
    return Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


@pytest.fixture
def ana(bench: Workbench) -> Person:
    return signed_in(bench, [Role.analyst], Scope(aco=("A1",)))


def asked(person: Person, more: str = "") -> dict[str, Any]:
    answer = person.get(f"/api/v1/scenarios/evaluate?program=tracks{more}")
    assert answer.status_code == 200, answer.text[:400]
    told: dict[str, Any] = answer.json()
    return told


def total(told: dict[str, Any]) -> tuple[float, float]:
    row = next(one for one in told["rows"] if one["name"].startswith("Earned or owed"))
    return row["now"], row["value"]


def test_where_all_are_alike_it_is_the_hand_arithmetic(ana: Person) -> None:
    # benchmark 40 x 12,240, expenditure 40 x 12,000: 9,600 under it, 1.96 percent; 40 people need 12.2.
    # Fewer than 5,000 people: no half rate either, whatever the election
    assert total(asked(ana)) == (0, pytest.approx(0))
    told = asked(ana, "&margin=15")
    # 72,000 of 552,000 are 13.04 percent: shared at 40 percent, less sequestration, in five years
    assert total(told) == (0, pytest.approx(72_000 * 0.4 * 0.98 * 5))
    enhanced = asked(ana, "&margin=15&way=EN-EN-EN-EN-EN&election=0.01")
    assert total(enhanced)[1] == pytest.approx(72_000 * 0.75 * 0.98 * 5)
    assert [row["level"] for row in enhanced["tables"]["years"]] == ["EN"] * 5
    assert enhanced["tables"]["options"][0]["option"].startswith("EN x5")


def test_a_revenue_that_is_not_known_takes_no_loss_away(ana: Person) -> None:
    """Cost 15 percent above the benchmark, level E: losses stand within 4 percent of the benchmark."""
    more = "&margin=-13.25&way=E-E-E-E-E&election=0.01"
    # 480,000 x 0.8675 = 416,400; 63,600 above it, 15.3 percent: 30 percent of it is 19,080, above 16,656
    assert total(asked(ana, more + "&revenue=0"))[1] == pytest.approx(-5 * 0.04 * 416_400)
    page = ana.get("/scenarios/new?program=tracks&revenue=0" + more)
    assert "revenue is not known" in page.text and "Line: the mean of the draws" in page.text
    # a probability has no sign, but where it is a change
    assert ">100.00%<" in page.text and page.text.count("+100.00%") <= 1
    # 1 percent of cost: 8 percent of 4,800
    assert total(asked(ana, more + "&revenue=1"))[1] == pytest.approx(-5 * 0.08 * 4_800)


def test_a_later_agreement_is_at_e_or_enhanced(ana: Person) -> None:
    told = asked(ana, "&agreement=later")
    ways = next(one for one in told["inputs"] if one["name"] == "way")["options"]
    assert list(ways) == ["E-E-E-E-E", "EN-EN-EN-EN-EN"]


def test_its_defaults_are_the_acos_own(ana: Person) -> None:
    inputs = {one["name"]: one["value"] for one in asked(ana)["inputs"]}
    # 12,240 over 12,000; terms: 80 percent; 96,000 of 480,000
    assert (inputs["margin"], inputs["quality"], inputs["revenue"]) == (2, 80, 20)


def test_an_account_of_a_practice_has_no_aco(bench: Workbench) -> None:
    person = signed_in(bench, [Role.analyst], Scope(tin=("111111111",)))
    refused = person.get("/api/v1/scenarios/evaluate?program=tracks")
    assert refused.json()["error"]["code"] == "SCENARIO-NOBODY"
    other = signed_in(bench, [Role.analyst], Scope(aco=("A2",)))
    assert other.get("/api/v1/scenarios/evaluate?program=tracks").json()["error"]["code"] == "SCENARIO-NOBODY"


def test_the_page_and_its_file(ana: Person) -> None:
    page = ana.get("/scenarios/new?program=tracks&margin=15")
    assert page.status_code == 200 and "A1 earns" in page.text and "mssp.repayment_revenue_share" in page.text
    assert ana.get("/scenarios/new?program=tracks&format=csv").status_code == 200
