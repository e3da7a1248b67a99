"""The law of ASM: every value cited, no status higher than its source, and numbers that tie out."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest

from corridor.law import load_rules

CODIFIED = re.compile(r"cfr-")
OFFICIAL = re.compile(r"cms-|fr-")


@pytest.fixture(scope="module")
def asm():
    return load_rules(["asm"])


@pytest.fixture(scope="module")
def force(asm):
    return asm.in_force(performance_year=2027)


def test_every_file_is_well_formed_and_every_document_is_known(asm):
    asm.check()
    cited = {e.cite.doc for name in asm for e in asm.rule(name).body.values}
    assert cited <= set(asm.sources)


def test_a_status_is_never_higher_than_its_source(asm):
    for name in asm:
        for entry in asm.rule(name).body.values:
            if entry.status == "codified":
                assert CODIFIED.match(entry.cite.doc), name
            elif entry.status == "official":
                assert OFFICIAL.match(entry.cite.doc), name
            if entry.cite.doc == "corridor-asm-2026":
                assert entry.status == "assumed", name


def test_what_is_open_says_where_it_can_be_verified(asm):
    """The open values of the specification name the paragraph that would settle them."""
    open_values = """logistic_steepness logistic_midpoint_rule logistic_midpoint median_includes_zero
        redistribution_share scaling_factor_form cap_at_risk_level zero_score_rule risk_level new_tin_rule
        cost_point_preset cost_point_band quality_benchmark_year benchmark_minimum_reporters
        unreported_measure_in_denominator topped_out_cap q492_level q492_benchmark no_cost_rule
        no_quality_rule complex_patient_formula complex_patient_reference promoting_interoperability_form
        promoting_interoperability_small_exempt euc_rule attribution_window_days episode_minimum_days
        attribution_share prescribing_patients error_notice_days low_back_pain_excess_utilization_measure"""
    for name in open_values.split():
        assert asm.rule(f"asm.{name}").body.verify_at, name


def test_risk_level_by_payment_year(asm):
    """Nine percent for two years, then ten, eleven, twelve; the model ends with payment year 2033."""
    years = {y: asm.in_force(y)["asm.risk_level"] for y in range(2027, 2032)}
    assert [v.value for v in years.values()] == [0.09, 0.09, 0.10, 0.11, 0.12]
    assert [v.status for v in years.values()] == [
        "official",
        "official",
        "secondary",
        "secondary",
        "official",
    ]
    assert "asm.risk_level" not in asm.in_force(2032) and "asm.risk_level" not in asm.in_force(2026)
    assert "quoted by" in years[2027].cite


def test_as_known_on_the_day_the_rule_came_out(asm):
    then = load_rules(["asm"], as_known_on=date(2025, 10, 31)).in_force(2027)
    assert then.scalar("asm.risk_level") == 0.09
    assert "asm.quality_benchmark" not in then  # CMS's file of benchmarks is of 2026-08-20
    assert load_rules(["asm"], as_known_on=date(2025, 10, 30)).in_force(2027).names() == []


def test_the_cohorts_are_disjoint_and_exclude_what_they_must(force):
    cohorts = {row["specialty_code"]: row["cohort"] for row in force.rows("asm.cohort_specialty")}
    excluded = {row["specialty_code"] for row in force.rows("asm.excluded_specialty")}
    assert [c for c, cohort in cohorts.items() if cohort == "heart_failure"] == ["06"]
    assert len(cohorts) == 7 and not excluded & set(cohorts)


def test_every_measure_has_a_collection_type_and_a_benchmark(force):
    measures = {row["measure_id"]: row for row in force.rows("asm.quality_measure")}
    types = {
        (r["measure_id"], r["collection_type"]) for r in force.rows("asm.quality_measure_collection_type")
    }
    benchmarks = {(r["measure_id"], r["collection_type"]) for r in force.rows("asm.quality_benchmark")}
    claims = {("492", "administrative_claims")}
    assert set(measures) == {m for m, _ in types}
    assert types == benchmarks | claims
    assert [m for m, row in measures.items() if row["inverse"]] == ["492", "238"]
    heart = [m for m, row in measures.items() if row["cohort"] == "heart_failure"]
    assert len(heart) == 5 and len(measures) == 9 and all(row["required"] for row in measures.values())


def test_cut_points_ascend(force):
    points = [f"p{p}" for p in (1, *range(10, 100, 10), 99)]
    for row in force.rows("asm.quality_benchmark"):
        cuts = [row[p] for p in points]
        assert cuts == sorted(cuts), row["measure_id"]


def test_point_bands_follow_each_other(force):
    """Direct: ten from p90 on, nine between p80 and p90 ... one between p1 and p10; inverse the mirror."""
    rows = force.rows("asm.quality_point_band")
    direct = {r["points"]: (r["lower"], r["upper"]) for r in rows if r["direction"] == "direct"}
    inverse = {r["points"]: (r["lower"], r["upper"]) for r in rows if r["direction"] == "inverse"}
    assert (direct[10], direct[9], direct[2], direct[1]) == (
        ("p90", None),
        ("p80", "p90"),
        ("p10", "p20"),
        ("p1", "p10"),
    )
    assert (inverse[10], inverse[9], inverse[2], inverse[1]) == (
        (None, "p10"),
        ("p10", "p20"),
        ("p80", "p90"),
        ("p90", "p99"),
    )
    assert len(direct) == len(inverse) == 10


@pytest.mark.parametrize(("year", "measures"), [(2024, 2), (2025, 3)])
def test_the_cost_bands_reproduce_the_published_cut_points(asm, force, year, measures):
    """asm.md 10.5: M + s x {-1.5, -1, -0.5, 0.5, 1, 1.5, 2, 2.25, 2.5, 2.75} is each list within 0.02."""
    bands = [r for r in force.rows("asm.cost_point_band") if r["preset"] == "MIPS_7_5"]
    edges = sorted(r["upper_sd"] for r in bands)
    then = asm.in_force(year)
    fitted = {r["measure_id"]: r for r in then.rows("asm.cost_benchmark_stand_in")}
    if year == 2025:
        fitted |= {r["measure_id"]: r for r in then.rows("asm.administrative_claims_benchmark_stand_in")}
    published = then.rows("asm.published_standard_deviation_cut_point")
    assert (
        len(published) == measures and then["asm.published_standard_deviation_cut_point"].status == "official"
    )
    for row in published:
        measure = row.pop("measure_id")
        median, sd = fitted[measure]["median"], fitted[measure]["standard_deviation"]
        for edge, cut in zip(edges, row.values(), strict=True):
            assert median + sd * edge == pytest.approx(cut, abs=0.02), measure


@pytest.mark.parametrize("preset", ["MIPS_7_5", "CENTER_5_5"])
def test_cost_bands_are_contiguous_and_the_median_is_inside_the_middle_one(force, preset):
    rows = [r for r in force.rows("asm.cost_point_band") if r["preset"] == preset]
    assert [r["points"] for r in rows] == list(range(10, 0, -1))
    assert rows[0]["lower_sd"] is None
    for better, worse in pairwise(rows):
        assert better["upper_sd"] == worse["lower_sd"]
    # at the median a band [-0.5, 0.5] gives its points plus one half: 7.5 and 5.5
    middle = next(r for r in rows if r["lower_sd"] == -0.5)
    assert middle["points"] + middle["upper_sd"] / (middle["upper_sd"] - middle["lower_sd"]) == float(
        preset[-3:].replace("_", ".")
    )


def test_published_aggregates_add_up(force):
    """6,637 rows on the preliminary list; 2,361 of them small practices, 36 percent."""
    rows = sum(r["rows_listed"] for r in force.rows("asm.calibration_list_rows"))
    assert rows == 6637
    small = force.number("asm.calibration_list_small_practice_rows")
    assert round(small / rows, 2) == force.number("asm.calibration_small_practice_share")


def test_interoperability_points_of_a_full_set_are_one_hundred(force):
    points = {r["measure_id"]: r["points"] for r in force.rows("asm.promoting_interoperability_points")}
    rest = points["PI_EP_1"] + points["PI_EP_2"] + points["PI_PEA_1"] + points["public_health_exchange"]
    for exchange in (points["PI_HIE_1"] + points["PI_HIE_4"], points["PI_HIE_5"], points["PI_HIE_6"]):
        assert rest + exchange == 100


def test_weights_and_defaults(force):
    assert force.number("asm.quality_weight") + force.number("asm.cost_weight") == 1
    defaults = {
        "logistic_steepness": 0.1, "logistic_midpoint_rule": "cohort_median", "logistic_midpoint": 50,
        "median_includes_zero": True, "redistribution_share": 0.85, "cap_at_risk_level": False,
        "new_tin_rule": "npi_highest", "cost_point_preset": "MIPS_7_5", "benchmark_minimum_reporters": 20,
        "unreported_measure_in_denominator": True, "topped_out_cap": "none", "no_cost_rule": "neutral",
        "no_quality_rule": "neutral", "euc_rule": "neutral", "promoting_interoperability_form": "linear",
        "promoting_interoperability_small_exempt": False, "error_notice_days": 45, "attribution_share": 0.30,
        "prescribing_patients": 2, "lookback_days": 120, "case_minimum": 20, "data_completeness_minimum": 75,
    }  # fmt: skip
    assert {name: force.scalar(f"asm.{name}") for name in defaults} == defaults


def test_the_status_of_what_matters_most(force):
    """As the specification's tags say: only what was read in the regulation is codified."""
    expected = {
        "cost_weight": "codified", "quality_weight": "secondary", "cost_minimum_episodes": "codified",
        "minimum_episodes": "official", "redistribution_share": "secondary", "logistic_steepness": "assumed",
        "cost_point_band": "assumed", "improvement_activity_deduction": "secondary",
        "small_practice_bonus": "secondary", "complex_patient_slope": "assumed",
        "zero_score_rule": "secondary",
        "trigger_gap_days": "secondary", "attribution_window_days": "assumed", "quality_benchmark": "assumed",
        "cohort_specialty": "assumed", "data_completeness_minimum": "secondary",
    }  # fmt: skip
    assert {name: force[f"asm.{name}"].status for name in expected} == expected
