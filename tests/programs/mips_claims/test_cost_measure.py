"""Cost measures from cases: ratios, cut costs, the mean they are multiplied with, who can be scored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.measures.bench_tables import Row, Tables
from tests.programs.mips_claims.bench import bench, loaded

PER_CAPITA = {
    "person_id": "BIGINT", "tin": "VARCHAR", "npi": "VARCHAR", "months": "BIGINT", "monthly_cost": "DOUBLE",
}  # fmt: skip
HOSPITAL = {
    "admission_id": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR", "person_id": "BIGINT", "kind": "VARCHAR",
    "drg_code": "VARCHAR", "standardized_cost": "DECIMAL(18,2)",
}  # fmt: skip
CHRONIC = {
    "performance_year": "INTEGER", "cohort": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR",
    "episode_id": "VARCHAR", "person_id": "BIGINT", "weight": "BIGINT", "observed_cost": "DOUBLE",
    "expected_cost": "DOUBLE", "ratio": "DOUBLE",
}  # fmt: skip
RISK = {
    "person_id": "BIGINT", "payment_year": "INTEGER", "enrollment_type": "VARCHAR", "relative_risk": "DOUBLE",
}  # fmt: skip
MIX = {
    "performance_year": "INTEGER", "cohort": "VARCHAR", "tin": "VARCHAR", "specialty_adjustment": "DOUBLE",
}  # fmt: skip
AVERAGE = {
    "vintage": "VARCHAR", "year": "INTEGER", "measure_id": "VARCHAR", "group_average": "DOUBLE",
    "individual_average": "DOUBLE",
}  # fmt: skip
COHORT = {"cohort": "VARCHAR"}
TRIGGER = {"measure_id": "VARCHAR", "episode_id": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR"}
EPISODE = {
    "measure_id": "VARCHAR", "episode_id": "VARCHAR", "kind": "VARCHAR", "person_id": "BIGINT",
    "standardized_cost": "DECIMAL(18,2)", "exclusion_reason": "VARCHAR",
}  # fmt: skip
# every stratum has a mean of its own, and nothing is cut
PLAIN = {"performance.cell_minimum": 1, "mips.cost_highest_percentile": 1.0}
# of CMS's file of 2025 (qpp/benchmarks/2025/cost-national-averages.json): MSPB and TPCC are made up here
PUBLISHED = [("2026", 2025, "TPCC_1", 1700.0, 1600.0), ("2026", 2025, "MSPB_1", 25000.0, 26000.0)]


def measured(
    per_capita: Sequence[Sequence[Any]] = (),
    hospital: Sequence[Sequence[Any]] = (),
    chronic: Sequence[Sequence[Any]] = (),
    risk: Sequence[Sequence[Any]] = (),
    averages: Sequence[Sequence[Any]] = (),
    mix: Sequence[Sequence[Any]] = (),
    installed: Sequence[str] = (),
    episodes: Sequence[tuple[str, str, str, str, float, str | None]] = (),
    overrides: dict[str, Any] | None = None,
) -> dict[tuple[str, str, str], Row]:
    tables: Tables = bench(PLAIN if overrides is None else overrides, programs=["performance"])
    tables.give("mips.per_capita_case", PER_CAPITA, per_capita)
    tables.give("mips.hospital_case", HOSPITAL, hospital)
    tables.give("measures.asm_attributed", CHRONIC, chronic)
    loaded(tables)
    tables.give("population.risk", RISK, risk)
    tables.give("mips.installed_trigger", TRIGGER, [(one[0], one[1], "T1", one[3]) for one in episodes])
    tables.give(
        "mips.installed_episode",
        EPISODE,
        [(measure, name, kind, 1, cost, reason) for measure, name, kind, _, cost, reason in episodes],
    )
    tables.give("reference.qpp_cost_average", AVERAGE, averages)
    tables.give("measures.asm_specialty_mix", MIX, mix)
    tables.give("reference.episode_service_code", COHORT, [(cohort,) for cohort in installed])
    tables.give("reference.episode_cost_coefficient", COHORT, [])
    for name in ("mips.cost_case", "mips.cost_stratum", "mips.cost_average"):
        tables.make(name)
    made = tables.make("mips.cost_measure")
    return {(row["measure_id"], row["tin"], row["npi"]): row for row in made}


def test_per_capita_cost_is_weighted_by_months_and_set_against_risk() -> None:
    """Months 12 at 1,000 with risk 1 and 12 at 3,000 with risk 2: mean at risk 1 is 48,000 / 36 = 1,333.33.
    Ratios 1,000 / 1,333.33 = 0.75 and 3,000 / 2,666.67 = 1.125; times CMS's mean of 1,700 and 1,600."""
    found = measured(
        per_capita=[(1, "T1", "N1", 12, 1000.0), (2, "T2", "N2", 12, 3000.0)],
        risk=[(1, 2026, "aged_non_dual", 1.0), (2, 2026, "aged_non_dual", 2.0)],
        averages=PUBLISHED,
    )
    one, two = found["TPCC_1", "T1", ""], found["TPCC_1", "T2", "N2"]
    assert (one["ratio"], two["ratio"]) == (pytest.approx(0.75), pytest.approx(1.125))
    assert (one["rate"], two["rate"]) == (pytest.approx(0.75 * 1700), pytest.approx(1.125 * 1600))
    assert one["average_origin"] == "CMS's file of 2025"
    assert (one["loaded_mean"], one["performance_year"], one["is_whole"]) == (2000.0, 2025, True)
    assert one["basis"].startswith("proxy") and "expected by risk" in one["basis"]


def test_a_short_attribution_weighs_less() -> None:
    """Three months at 2,000 and nine at 1,000: the mean is 15,000 / 12 = 1,250; ratios 1.6 and 0.8;
    (3 x 1.6 + 9 x 0.8) / 12 = 1. Two people are two cases."""
    row = measured(per_capita=[(1, "T1", "N1", 3, 2000.0), (2, "T1", "N1", 9, 1000.0)])["TPCC_1", "T1", "N1"]
    assert (row["ratio"], row["rate"], row["cases"]) == (pytest.approx(1.0), pytest.approx(1250.0), 2)
    assert row["average_origin"] == "the loaded claims"


def test_a_stay_counts_once_for_a_practice_and_is_expected_by_its_drg() -> None:
    """DRG 291: 10,000 and 20,000, mean 15,000; DRG 470: 30,000. T1 has A1 (two clinicians) and A3:
    (10,000 / 15,000 + 1) / 2 = 0.8333; N2 has A1 alone, 0.6667."""
    found = measured(
        hospital=[
            ("A1", "T1", "N1", 1, "medical", "291", 10000),
            ("A1", "T1", "N2", 1, "medical", "291", 10000),
            ("A2", "T2", "N3", 2, "medical", "291", 20000),
            ("A3", "T1", "N1", 3, "surgical", "470", 30000),
        ],
        averages=PUBLISHED,
    )
    row = found["MSPB_1", "T1", ""]
    assert (row["cases"], row["ratio"]) == (2, pytest.approx(5 / 6))
    assert row["rate"] == pytest.approx(25000 * 5 / 6)
    assert found["MSPB_1", "T1", "N2"]["rate"] == pytest.approx(26000 * 2 / 3)
    assert (row["case_minimum"], row["is_scorable"]) == (35, False)


def test_high_costs_are_cut_and_small_strata_share_a_mean() -> None:
    """Costs 0, 100 and 1,000, cut at the median: 0, 100, 100, mean 200 / 3; the dear one is at 1.5."""
    found = measured(
        per_capita=[(1, "T1", "N1", 1, 0.0), (2, "T2", "N2", 1, 100.0), (3, "T3", "N3", 1, 1000.0)],
        risk=[(3, 2026, "esrd", 1.0)],
        overrides={"mips.cost_highest_percentile": 0.5},
    )
    row = found["TPCC_1", "T3", ""]
    assert (row["observed_cost"], row["ratio"]) == (100.0, pytest.approx(1.5))
    assert found["TPCC_1", "T1", ""]["rate"] == 0


def test_chronic_episodes_keep_their_model_and_specialties() -> None:
    """Weights 365 and 730 with ratios 1.2 and 0.9 are 1.0 (as in ASM); over a mix of 1.25, times the rule's
    14,994.38 of 2025 carried forward: 11,995.504. For the practice an episode counts once."""
    episodes = [
        (2025, "heart_failure", "T1", npi, episode, person, weight, 0.0, 1.0, ratio)
        for npi in ("N1", "N2")
        for episode, person, weight, ratio in (("E1", 1, 365, 1.2), ("E2", 2, 730, 0.9))
    ]
    mix = [(2025, "heart_failure", "T1", 1.25)]
    found = measured(chronic=episodes, mix=mix)
    for npi in ("", "N1"):
        row = found["COST_HF_1", "T1", npi]
        assert (row["cases"], row["ratio"]) == (2, pytest.approx(1.0))
        assert row["rate"] == pytest.approx(14994.38 / 1.25)
    assert "Corridor's own list" in row["basis"] and "asm.national_average_cost" in row["basis"]
    installed = measured(
        chronic=episodes,
        averages=[("2026", 2024, "COST_HF_1", 9.0, 9.0), ("2026", 2025, "COST_HF_1", 100.0, 90.0)],
        installed=["heart_failure"],
    )
    assert installed["COST_HF_1", "T1", "N2"]["rate"] == pytest.approx(90.0)
    assert "installed services" in installed["COST_HF_1", "T1", ""]["basis"]


@pytest.mark.parametrize(("cases", "scorable"), [(20, True), (19, False)])
def test_the_case_minimum_of_per_capita_cost(cases: int, scorable: bool) -> None:
    rows = [(n, "T1", "N1", 12, 100.0) for n in range(cases)]
    found = measured(per_capita=rows)
    assert {row["is_scorable"] for row in found.values()} == {scorable}


def test_installed_episodes_have_the_case_minimum_of_their_kind() -> None:
    """Ten procedures suffice, of colon and rectal resection twenty; costs 100 and 300 lie around 200. What is
    excluded does not count; chronic measures have their own machinery."""
    ten = [(f"E{n}", 100.0 if n % 2 else 300.0) for n in range(10)]
    found = measured(
        episodes=[
            *(("COST_KA_1", name, "procedural", "N1", cost, None) for name, cost in ten),
            ("COST_KA_1", "E99", "procedural", "N2", 9000.0, "died in the episode"),
            *(("COST_CRR_1", name, "procedural", "N1", cost, None) for name, cost in ten),
            *(("COST_S_1", name, "acute_inpatient", "N1", cost, None) for name, cost in ten),
            ("COST_HF_1", "E1", "acute_inpatient", "N1", 100.0, None),
        ]
    )
    assert {measure for measure, *_ in found} == {"COST_KA_1", "COST_CRR_1", "COST_S_1"}
    knee = found["COST_KA_1", "T1", "N1"]
    assert (knee["cases"], knee["rate"], knee["is_scorable"]) == (10, pytest.approx(200.0), True)
    assert "installed list" in knee["basis"]
    assert [found[name, "T1", ""]["is_scorable"] for name in ("COST_CRR_1", "COST_S_1")] == [False, False]
