"""Where an ACO's year ends against its benchmark, over tables by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corridor.settings import Settings
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, signed_in
from tests.web.test_people_in_scope import write

# 100 person-years, benchmark 10,000 and projected 9,700 each: 30,000 saved, 3 %.
PROJECTED = """select 'A1' as aco_id, 202706 as as_of_month, 2027 as year, 6 as months_seen, 110 as people,
  100.0 as person_years, 9700.0 as per_capita, 9500.0 as per_capita_low, 9900.0 as per_capita_high,
  970000.0 as expenditure, 10000.0 as benchmark_per_capita, 1000000.0 as benchmark, 30000.0 as savings,
  10000.0 as savings_low, 50000.0 as savings_high, 0.9 as level, true as newest"""
TABLES = {
    "attribution.mssp": """select 1 as person_id, 'retrospective' as method, 'aco' as entity_kind,
      'step_1' as step, 'plurality' as reason_code, 'x' as reason, true as window_covered,
      1.0 as allowed_charges, 0.1 as loss_risk""",
    "attribution.person": """select 1 as person_id, 'T1' as tin, 'A1' as aco_id, 'N1' as npi,
      'aco' as entity_kind, 'claims' as basis, true as claims_agree, 'x' as reason_code, 'said' as reason,
      0.1 as loss_risk""",
    "mssp.projection": PROJECTED,
    "mssp.variance": """select 'A1' as aco_id, 2027 as year, 'benchmark' as against, dollars, dollars / 100.0
      as per_capita, 110 as people, 100.0 as person_years, 970000.0 as expenditure, 1000000.0 as held_against,
      true as risk_known, driver from (values ('price', -40000.00::decimal(18, 2)), ('volume', 12000.00),
      ('other', -2000.00), ('total', -30000.00)) as t(driver, dollars)""",
    "mssp.expenditure": """select 'A1' as aco_id, '' as tin, 2027 as year, people * 0.9 as person_years,
      9700.0 as per_capita, 1.1 as risk_score, 0 as truncated_people, * from (values ('esrd', 4),
      ('disabled', 20), ('aged_non_dual', 86), ('all', 110)) as t(enrollment_type, people)""",
    "mssp.benchmark": """select 'A1' as aco_id, 2027 as year, 'all' as enrollment_type,
      10000.0 as updated_benchmark, 'cms_report' as source, 'final' as stage""",
    "mssp.gap": """select 'A1' as aco_id, 2027 as year, 'truncation' as item, 'either' as effect,
      -500.0 as dollars, null::bigint as people_missing, 'cut at a percentile' as words""",
}


@pytest.fixture
def over(tmp_path: Path) -> Workbench:
    write(tmp_path / "data", TABLES)
    return Workbench(
        tmp_path / "data", Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"})
    )


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<wbr>|<svg.*?</svg>", "", text, flags=re.S)))


def test_the_year_is_held_against_the_benchmark(over: Workbench) -> None:
    text = words(signed_in(over, (Role.executive,), EVERY).get("/programs/mssp?view=savings").text)
    assert "A1 is on course to end 2027 $30k below its benchmark" in text
    assert "90% interval: from +$10k to +$50k" in text and "Before the minimum savings rate" in text
    assert "+3.00%" in text
    assert "−$40,000" in text and "+$12,000" in text and "−$30,000" in text  # drivers and their sum
    assert "cut at a percentile" in text


def test_dollars_of_a_few_people_are_not_told(over: Workbench) -> None:
    text = words(signed_in(over, (Role.executive,), EVERY).get("/programs/mssp?view=savings").text)
    types = text[text.index("by enrollment type") :]
    assert re.search(r"End-stage renal disease – – – – –", types)
    # the smallest of the others is hidden with it: all less the rest would tell it
    assert re.search(r"Disabled – – – – –", types) and re.search(r"Aged, not dual 86 ", types)


def test_another_aco_sees_nothing_of_it(over: Workbench) -> None:
    other = Scope(aco=("A2",))
    text = words(signed_in(over, (Role.executive,), other).get("/programs/mssp?view=savings").text)
    assert "A1" not in text.partition("Shared Savings Program")[2]


def test_the_card_says_what_is_at_stake(over: Workbench) -> None:
    text = words(signed_in(over, (Role.executive,), EVERY).get("/programs").text)
    assert "A1 is on course to end 2027 $30k below its benchmark" in text
