"""The public data of the Quality Payment Program: CMS's files against what is known of them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from corridor.reference.qpp import CUT_NAMES, Qpp, qpp_from_files
from corridor.reference.qpp.ladder import FIT, deviation_error

ADMINISTRATIVE = "administrativeClaims"


@pytest.fixture(scope="module")
def years(test_data: Path) -> dict[int, Qpp]:
    return {year: qpp_from_files([test_data / "qpp"], year) for year in (2025, 2026, 2027)}


def test_measures_and_benchmarks_of_each_year(years: dict[int, Qpp]) -> None:
    """qpp-data 2.2."""
    assert {year: len(one.measures) for year, one in years.items()} == {2025: 612, 2026: 574, 2027: 574}
    assert {year: len(one.benchmarks) for year, one in years.items()} == {2025: 380, 2026: 293, 2027: 0}
    of_2026 = years[2026]
    assert Counter(one.category for one in of_2026.measures.values()) == {
        "quality": 405,
        "ia": 95,
        "pi": 39,
        "cost": 35,
    }
    quality = of_2026.of_category("quality")
    assert sum(one.is_qcdr for one in quality) == 200
    methods = Counter(method for one in quality if not one.is_qcdr for method in one.methods)
    assert methods == {
        "registry": 167,
        "electronicHealthRecord": 49,
        "claims": 25,
        "certifiedSurveyVendor": 11,
        ADMINISTRATIVE: 4,
    }
    for year, count in ((2025, 192), (2026, 187)):  # the survey (321) once, without its ten scales (CAHPS_n)
        plain = [one for one in years[year].of_category("quality") if not one.is_qcdr]
        open_to_all = [one for one in plain if one.in_program("mips")]
        assert len([one for one in open_to_all if not one.measure_id.startswith("CAHPS_")]) == count
    assert len(of_2026.mvps) == 27
    assert len(years[2025].cost_averages) == 35


def test_benchmarks_by_method_and_cap(years: dict[int, Qpp]) -> None:
    """qpp-data 2.2."""
    found = {y: Counter(method for _, method in years[y].benchmarks) for y in (2025, 2026)}
    assert found[2025] == {
        "registry": 273,
        "electronicHealthRecord": 40,
        ADMINISTRATIVE: 37,
        "claims": 21,
        "certifiedSurveyVendor": 9,
    }
    assert found[2026] == {
        "registry": 191,
        ADMINISTRATIVE: 39,
        "electronicHealthRecord": 36,
        "claims": 18,
        "certifiedSurveyVendor": 9,
    }
    for year, topped, capped in ((2025, 106, 64), (2026, 104, 58)):
        benchmarks = years[year].benchmarks.values()
        assert sum(one.is_topped_out for one in benchmarks) == topped
        assert sum(one.is_capped for one in benchmarks) == capped


def test_flat_and_limited_choice_benchmarks_are_told_by_their_cuts(years: dict[int, Qpp]) -> None:
    """qpp-data 2.5 (5) and (6)."""

    def of(year: int, ladder: str) -> set[str]:
        return {f"{m} {how}" for (m, how), b in years[year].benchmarks.items() if b.ladder == ladder}

    both = {f"{measure} {how}" for measure in ("001", "236") for how in ("claims", "registry")}
    assert of(2025, "flat") == both | {f"{m}SSP registry" for m in ("001", "112", "134", "236")}
    assert of(2026, "flat") == both | {"112SSP registry", "113SSP registry"}
    claims = {f"{measure} claims" for measure in ("249", "250", "395", "397")}
    registry = {"143", "249", "250", "360", "364", "395", "396", "397", "405", "406", "424"}
    registry |= {"430", "440", "463", "477"}
    limited = {"143 electronicHealthRecord", *claims, *(f"{measure} registry" for measure in registry)}
    assert of(2025, "limited_choice") == limited and len(limited) == 20
    added = {"144 registry", "320 claims", "350 registry", "351 registry", "406 claims"}
    assert of(2026, "limited_choice") == limited - {"424 registry"} | added


def test_cut_points_are_those_of_the_file(years: dict[int, Qpp]) -> None:
    """qpp-data 2.4."""
    found = years[2026].benchmark("236", "electronicHealthRecord")
    assert found is not None and len(found.cuts) == len(CUT_NAMES)
    assert found.cuts == (4.76, 45.28, 55.56, 61.54, 65.61, 68.98, 72, 75, 78.7, 84.04, 98.18)
    assert not found.is_capped and not found.is_provisional and found.ladder == "percentile"
    capped = years[2026].benchmark("005", "registry")
    assert capped is not None and capped.is_capped and capped.cuts[:4] == (73.4, 87.69, 96.62, 100)


def test_every_benchmark_of_claims_stands_on_the_ladder_of_its_deviation(years: dict[int, Qpp]) -> None:
    """qpp-data 2.6: 33 of 33 cost records of 2025 within 0.002 deviations; 479 to 492 as printed."""
    found = {m: b for (m, how), b in years[2025].benchmarks.items() if how == ADMINISTRATIVE}
    cost = {measure: one for measure, one in found.items() if not measure.isdigit()}
    assert len(cost) == 33 and set(found) - set(cost) == {"479", "480", "484", "492"}
    assert {one.ladder for one in found.values()} == {"deviation"}
    assert max(deviation_error(one.cuts, 2025) for one in cost.values()) <= FIT
    for measure, median, deviation in (
        ("COST_HF_1", 14429.90, 3879.44),
        ("COST_LBP_1", 1947.21, 618.47),
        ("492", 66.84, 4.28),
    ):
        assert found[measure].median == pytest.approx(median, abs=0.005)
        assert found[measure].standard_deviation == pytest.approx(deviation, abs=0.005)


def test_placeholders_are_marked_with_and_without_the_year_before(
    years: dict[int, Qpp], test_data: Path
) -> None:
    """qpp-data 2.5 (1): 37 of the 39 records of 2026 are those of 2025."""
    found = {key: one for key, one in years[2026].benchmarks.items() if one.is_provisional}
    assert len(found) == 39 and {how for _, how in found} == {ADMINISTRATIVE}
    reason = found["COST_AKID_1", ADMINISTRATIVE].provisional_reason or ""
    assert "37 of 37" in reason and "published no benchmark yet" in reason
    assert not any(one.is_provisional for one in years[2025].benchmarks.values())
    alone = qpp_from_files([test_data / "qpp" / "benchmarks" / "2026.json"])
    assert sum(one.is_provisional for one in alone.benchmarks.values()) == 39
    assert any("placeholders" in line for line in years[2026].reports)


def test_what_was_suppressed_and_withdrawn(years: dict[int, Qpp]) -> None:
    """qpp-data 2.5 (7)."""
    suppressed = {m.measure_id: m.suppressed for m in years[2025].measures.values() if m.suppressed}
    assert suppressed == {"389": {"registry"}, "494": {"electronicHealthRecord"}}
    for year, measures in ((2025, {"340", "344", "432"}), (2026, {"493", "500", "501"})):
        assert {m.measure_id for m in years[year].measures.values() if m.benchmark_withdrawn} == measures
    assert years[2026].measures["236"].companions == ("236SSP",)
    strata = [one.name for one in years[2026].measures["238"].strata]
    assert strata == ["overall", "appropriateDiagnosis", "totalRate"]
    assert years[2026].measures["238"].overall_algorithm == "overallStratumOnly"


def test_the_files_of_a_year_fit_together(years: dict[int, Qpp]) -> None:
    """qpp-data 2.6: measures of MVPs and of benchmarks exist."""
    assert years[2025].reports == () and years[2027].reports == () and len(years[2026].reports) == 1
    for one in years[2026].mvps.values():
        assert {"479", "484"} <= set(one.foundation_quality)
    assert years[2026].mvps["G0055"].administrative == ("492",)


def test_claims_codes_are_those_of_the_flat_list(years: dict[int, Qpp], test_data: Path) -> None:
    """CMS publishes the same codes twice: our reading of the JSON holds those of the flat list."""
    listed: set[tuple[str, str]] = set()
    folder = test_data / "qpp" / "claims-related" / "data"
    path = next(folder.glob("2025_Claims_SingleSource*.csv"))
    with path.open(encoding="utf-8-sig", newline="") as source:
        for row in csv.DictReader(source):
            code = row["CODE"].replace(".", "")
            listed.add((row["Measure ID"].partition(".")[0].zfill(3), code))
    ours = years[2025].claims_codes
    assert {(one.measure_id, one.code) for one in ours} == listed
    assert len({one.measure_id for one in ours}) == 25
    pressure = [one for one in ours if one.measure_id == "236" and one.element == "met"]
    assert [one.code for one in pressure] == ["G8752", "G8754"] and len({o.choice for o in pressure}) == 1
    assert {(one.age_least, one.age_most) for one in ours if one.element == "diagnosis"} >= {(18, 85)}
