"""Sums on pages: each person, claim line and case once, over those it is known of, by arithmetic by hand."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from corridor.engine.runs import Run
from corridor.settings import Settings
from corridor.web import entity
from corridor.web.panel import Panels
from corridor.web.programs import asm_many
from corridor.web.programs.asm_trend import QUARTERS
from corridor.web.programs.mssp import PRACTICES
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.viewer import Viewer
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, Person, signed_in
from tests.web.test_people_in_scope import RUN, write
from tests.web.test_programs import TABLES as OTHERS

# twelve people with back pain and six with heart failure, each attributed to both clinicians of the practice
ATTRIBUTED = """
    select cohort, cohort || person_id as episode_id, person_id
    from (select 'low_back_pain' as cohort, range as person_id from range(1, 13)
          union all select 'heart_failure', range from range(21, 27))
"""
TABLES = {
    **{
        table: OTHERS[table]
        for table in (
            "asm.roster", "asm.result", "qp.clinician_year", "qp.score", "qp.service", "claims.period",
        )
    },
    "asm.year_used": "select 'heart_failure' as cohort, 2025 as measure_year",
    # deviations of a half, six above and six below: the square root of 12 x 0.25 / 11, which is 0.522
    "episodes.chronic_cost": """select 'e' || range as episode_id, range as person_id,
        'heart_failure' as cohort, 2025 as performance_year,
        case when range <= 6 then 0.5 else 1.5 end as ratio, false as dropped
        from range(1, 13) union all select 'e90', 90, 'heart_failure', 2025, 9.0, true
        union all select 'e' || range, range, 'heart_failure', 2024, range, false from range(101, 120)""",
    "measures.asm_cost": """select *, 'heart_failure' as cohort, 2025 as performance_year, true as scored
        from (values ('T1', 'N1', 16, 1.5), ('T1', 'N2', 16, 0.8)) as t(tin, npi, attributed_episodes,
        cost_ratio)""",
    "measures.asm_attributed": f"""select *, 'T1' as tin, 2.0 as observed_cost, 1.0 as expected_cost,
        1.0 as weight from ({ATTRIBUTED}), (values ('N1'), ('N2')) as who(npi)""",
    "episodes.chronic_episode": f"select episode_id, date '2025-02-03' as episode_start from ({ATTRIBUTED})",
    "attribution.person": """select range as person_id, 'A1' as aco_id, 'T1' as tin, 'N1' as npi,
        'aco' as entity_kind, 'claims' as basis, true as claims_agree, 'x' as reason_code, 'said' as reason,
        case when range <= 10 then 0.5 end as loss_risk from range(1, 21)""",
    # 2025 is whole; of 2026, which assigns nobody yet, there is January
    "population.member_month": """select range as person_id, month, month // 100 as year, 10.0 as expenditure
        from range(1, 21), (select 202500 + range as month from range(1, 13) union all select 202601)""",
    "attribution.mssp": """select range as person_id, 'retrospective' as method, 'aco' as entity_kind,
        'step_1' as step, 'plurality' as reason_code, 'with the ACO' as reason, true as window_covered,
        100.0 as allowed_charges, 'T1' as tin, 0.1 as loss_risk from range(1, 21)""",
    "qp.status": """select *, 'T1' as tin, 2026 as performance_year, 2028 as payment_year, 'loaded claims' as
        source, 0.1 as best_payment_score, 0.1 as best_patient_score, 0.0 as dollars, worth as
        incentive_worth, 0.0 as conversion_factor_worth, 1000.0 as part_b_paid
        from (values ('N1', 'none', 'no score', 10.0), ('N2', 'none', 'no score', 10.0),
        ('N3', 'unknown', 'on no participant list', 900.0)) as t(npi, status, reason, worth)""",
    "measures.performance_quality": """select 'npi' as level, 'N1' as entity_id, measure_id, 'ecqm' as
        collection_type, rate, cases as eligible_cases, 50.0 as mean_rate, 1.0 as interval_low, 2.0 as
        interval_high, 50.0 as percentile, false as exploratory
        from (values ('236', 70.0, 100), ('238', 5.0, 400), ('492', 67.0, 152), ('999', 67.0, 152))
        as t(measure_id, rate, cases)""",
    # one line paid in error, named by two findings: 60 and 40 of it; another at risk; one that found nothing
    "billing.finding": """select *, 'T1' as tin, 'N1' as npi, 'conflict' as audit, 'sure' as certainty,
        202503 as month, 'S' as source_id, 1 as claim_line_number, null::double as paid_dollars
        from (values ('f1', 'a', 'paid_in_error', 1, 'C1', 60.0), ('f2', 'b', 'paid_in_error', 1, 'C1', 40.0),
        ('f3', 'c', 'at_risk', 2, 'C2', 7.0), ('f4', 'd', 'missed', 3, null, 30.0),
        ('f5', 'e', 'no_finding', 4, 'C4', 500.0)) as t(finding_id, kind, direction, person_id, claim_id,
        dollars)""",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sums") / "data"
    write(made, TABLES)
    return made


@pytest.fixture
def over(home: Path, tmp_path: Path) -> Workbench:
    return Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


def seen(home: Path, scope: Scope = EVERY) -> Viewer:
    """As a role without patients sees the run."""
    run = Run(home, RUN)
    return Viewer(run, scope, False, Panels(run))


def reader(over: Workbench) -> Person:
    return signed_in(over, (Role.executive,), EVERY)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<wbr>|<svg.*?</svg>", "", text, flags=re.S)))


@pytest.mark.parametrize("scope", [EVERY, Scope(tin=("T1",))])
def test_chance_is_how_far_single_episodes_scatter(home: Path, scope: Scope) -> None:
    """1.96 x 0.522 / 4 = 0.256: 1.5 is beyond it, 0.8 within. The two clinicians' own scatter says 0.97."""
    visit: Any = SimpleNamespace(bench=SimpleNamespace(made=lambda viewer, what, make: make()))
    panel = asm_many.cost(visit, seen(home, scope))
    assert panel.sentence == "Heart failure: 1 cost more than chance explains, 0 less"


def test_open_cases_of_a_measure(over: Workbench, home: Path) -> None:
    """30 of 100 where more is better, 20 of 400 where less is; claims and unknown measures have none."""
    visit: Any = SimpleNamespace(bench=over)
    table = entity.quality_table(visit, seen(home), "npi", "N1")
    assert table is not None
    assert [row.cells[6].words for row in table.rows] == ["30", "20", "–", "–"]


@pytest.mark.parametrize("asked", [["", "", "", ""], ["T1", "T1", "", ""], ["", "", "N2", "N2"]])
def test_people_of_episodes_count_once(home: Path, asked: list[str]) -> None:
    """Six with heart failure are fewer than eleven, though two clinicians have them."""
    rows = {row["cohort"]: row for row in seen(home).query(QUARTERS, asked)}
    each = 1 if asked[2] else 2  # an episode counts for each clinician
    assert {cohort: (row["people"], row["episodes"]) for cohort, row in rows.items()} == {
        "low_back_pain": (12, 12 * each),
        "heart_failure": (6, 6 * each),
    }
    assert rows["low_back_pain"]["ratio"] == 2.0


def test_mean_loss_risk_is_of_those_who_have_one(over: Workbench, home: Path) -> None:
    """Ten of twenty people have a loss risk, a half each: the mean is a half."""
    (row,) = seen(home).query(PRACTICES, [2025])
    assert (row["people"], row["loss_risk"]) == (20, 0.5)
    assert "mean loss risk 50%" in words(reader(over).get("/practices/T1").text)


def test_what_keeps_most_clinicians_is_counted_not_priced(over: Workbench) -> None:
    """Two for $20 before one for $900."""
    text = words(reader(over).get("/programs/qp?view=levers").text)
    assert "What keeps most clinicians from being qualifying participants in 2026: no score" in text
    assert "It concerns 2 clinicians and $20 ." in text or "It concerns 2 clinicians and $20." in text


def test_shared_savings_speaks_of_one_year_everywhere(over: Workbench) -> None:
    """2,400 = 20 people x 12 months x 10 in 2025, 120 a person; of 2026 one month is loaded."""
    who = reader(over)
    card, top, money = (
        words(who.get(path).text) for path in ("/programs", "/programs/mssp", "/programs/mssp?view=dollars")
    )
    assert "$2.4k cost of their care in 2025" in card
    assert "$100 spent per person and year in 2025" in top  # to hundreds
    assert "$2.4k in 2025" in money and "2026 (1 month loaded)" in money and "2025 (" not in money


def test_a_claim_line_that_two_findings_name_counts_once(over: Workbench) -> None:
    """60 of the line in two findings, 7 at risk (10 to tens), 30 missed; no finding has no dollars."""
    who = reader(over)
    front = words(who.get("/").text)
    assert "$60 paid in error" in front and "$10 at risk" in front and "$30 of services" in front
    answer = who.get("/practices?format=csv")
    rows = csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))
    row = next(row for row in rows if row["tin"] == "T1")
    assert (row["missed"], row["paid_in_error"], row["at_risk"]) == ("30.0", "60.0", "7.0")
    practice = words(who.get("/practices/T1").text)
    assert "−$60" in practice and "$40 of it is on claim lines that several findings name" in practice
    assert "no finding" not in practice
