"""Installing CMS's files of the Quality Payment Program, and what is refused of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.reference.add import add_references
from corridor.reference.outcome import Outcome
from corridor.reference.qpp import load_qpp, qpp_from_files

KEYS = ("1", "10", "20", "30", "40", "50", "60", "70", "80", "90", "99")
# steps of a deviation of 2 round 20: P1 is 0, P10 is 20 - 1.5 x 2 ... P99 is 20 + 2.75 x 2
LADDER = (0, 17, 18, 19, 21, 22, 23, 24, 24.5, 25, 25.5)


def benchmark(measure: str = "777", year: int = 2025, cuts: Any = LADDER, **more: Any) -> dict[str, Any]:
    return {
        "measureId": measure,
        "benchmarkYear": year,
        "performanceYear": year,
        "submissionMethod": "administrativeClaims",
        "isToppedOut": False,
        "isInverse": True,
        "metricType": "costScore",
        "isToppedOutByProgram": False,
        "percentiles": dict(zip(KEYS, cuts)),
        "averagePerformanceRate": 20.0,
        **more,
    }


def measure(measure_id: str = "777", **more: Any) -> dict[str, Any]:
    about = {"category": "quality", "measureId": measure_id, "allowedPrograms": ["mips"]}
    return {**about, "submissionMethods": ["administrativeClaims"], **more}


def write(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def add(home: Path, *paths: Path, **options: str) -> list[Outcome]:
    return add_references(paths, Warehouse.open(home), **options)


def codes(outcomes: list[Outcome]) -> list[str | None]:
    return [None if one.error is None else one.error.code for one in outcomes]


def test_installed_and_read_from_files_are_the_same(tmp_path: Path, test_data: Path) -> None:
    folder = test_data / "qpp"
    files = [folder / "benchmarks", folder / "measures" / "2026", folder / "mvp", folder / "staging"]
    outcomes = add(tmp_path, *files, folder / "clinical-clusters")
    assert not [one for one in outcomes if one.status == "refused"]
    added = {(one.reference, one.vintage): one for one in outcomes if one.status == "added"}
    assert added["qpp_benchmark", "2026"].rows == 293 and added["qpp_measure", "2026"].rows == 574
    assert "39 of 293" in added["qpp_benchmark", "2026"].warnings[0]
    ours, theirs = load_qpp(tmp_path, 2026), qpp_from_files([folder], 2026)
    assert ours.measures == theirs.measures and ours.benchmarks == theirs.benchmarks
    assert ours.mvps == theirs.mvps and ours.exclusions == theirs.exclusions
    assert set(ours.clusters) == set(theirs.clusters) and ours.digests == theirs.digests
    again = add(tmp_path, *files)
    assert {one.status for one in again} == {"passed over"}
    assert load_qpp(tmp_path, 2031).measures == {}


def test_what_calls_itself_mock_is_never_a_fact(tmp_path: Path) -> None:
    mock = write(tmp_path / "staging" / "2025" / "mock-cost-benchmarks.json", [benchmark()])
    assert [one.status for one in add(tmp_path / "home", mock)] == ["passed over"]
    found = qpp_from_files([mock]).benchmarks["777", "administrativeClaims"]
    assert found.is_provisional and found.ladder == "deviation" and found.provisional_reason
    assert (found.median, found.standard_deviation) == (20, 2)


def test_the_user_says_that_a_year_is_published(tmp_path: Path) -> None:
    path = write(tmp_path / "2031.json", [benchmark(year=2031)])
    key = ("777", "administrativeClaims")
    add(tmp_path / "home", path)
    assert load_qpp(tmp_path / "home", 2031).benchmarks[key].is_provisional
    add_references([path], Warehouse.open(tmp_path / "home"), published=2031)
    assert not load_qpp(tmp_path / "home", 2031).benchmarks[key].is_provisional


def test_a_year_that_repeats_the_year_before_is_a_placeholder(tmp_path: Path) -> None:
    """Two of three records alike are most of them; the third is marked with them."""
    moved = tuple(cut + 1 for cut in LADDER)
    before = [benchmark("1", 2024), benchmark("2", 2024), benchmark("3", 2024)]
    after = [benchmark("1"), benchmark("2"), benchmark("3", cuts=moved)]
    old, new = write(tmp_path / "2024.json", before), write(tmp_path / "2025.json", after)
    home = tmp_path / "home"
    add(home, new)
    assert not any(one.is_provisional for one in load_qpp(home, 2025).benchmarks.values())
    add(home, old)
    assert [(o.status, o.reference) for o in add(home, new)] == [("replaced", "qpp_benchmark")]
    assert all(one.is_provisional for one in load_qpp(home, 2025).benchmarks.values())


def test_a_later_state_of_a_year_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    home, path = tmp_path / "home", tmp_path / "benchmarks" / "2025.json"
    add(home, write(path, [benchmark()]))
    first = load_qpp(home, 2025).digests
    assert [one.status for one in add(home, write(path, [benchmark(), benchmark("778")]))] == ["replaced"]
    later = load_qpp(home, 2025)
    assert len(later.benchmarks) == 2 and later.digests != first


def test_the_year_of_measures_is_that_of_their_folder(tmp_path: Path) -> None:
    path = write(tmp_path / "measures" / "2026" / "measures-data.json", [measure()])
    made = [(one.reference, one.vintage) for one in add(tmp_path / "home", path)]
    assert ("qpp_measure", "2026") in made and {vintage for _, vintage in made} == {"2026"}
    alone = write(tmp_path / "measures-data.json", [measure()])
    assert codes(add(tmp_path / "other", alone)) == ["QPP-YEAR"]
    given = add(tmp_path / "other", alone, vintage="2024", name="qpp_measure")
    assert [(one.reference, one.vintage) for one in given] == [("qpp_measure", "2024")]


def test_gaps_between_the_files_are_reported(tmp_path: Path) -> None:
    pathway = {"mvpId": "M9", "qualityMeasureIds": ["779"], "costMeasureIds": [], "title": "A"}
    found = qpp_from_files(
        [
            write(tmp_path / "2025" / "measures-data.json", [measure("777")]),
            write(tmp_path / "2025.json", [benchmark("778"), benchmark("777", submissionMethod="claims")]),
            write(tmp_path / "2025" / "mvp.json", [pathway]),
        ]
    )
    assert found.reports == (
        "Benchmark 777 claims: the measure is not reported that way in 2025.",
        "Benchmark 778 administrativeClaims: no such measure in 2025.",
        "MVP M9: its measure 779 is not in the measures of 2025.",
    )


def test_gaps_are_said_when_files_are_added(tmp_path: Path) -> None:
    outcomes = add(
        tmp_path / "home",
        write(tmp_path / "2025" / "measures-data.json", [measure("777")]),
        write(tmp_path / "2025.json", [benchmark("778")]),
    )
    warnings = [warning for outcome in outcomes for warning in outcome.warnings]
    assert warnings == ["Benchmark 778 administrativeClaims: no such measure in 2025."]


def test_a_suppressed_measure_is_told_by_either_file(tmp_path: Path) -> None:
    reason = {"measureId": "COST_1", "submissionMethod": "administrativeClaims", "performanceYear": 2025}
    marked = measure("2", submissionMethods=["claims", "registry"], clinicalGuidelineChanged=["claims"])
    found = qpp_from_files(
        [
            write(tmp_path / "2025" / "measures-data.json", [measure("COST_1"), marked]),
            write(tmp_path / "2025" / "reasons.json", [reason | {"reasonCodes": ["BR-022"]}]),
        ]
    )
    assert found.is_suppressed("COST_1", "administrativeClaims") and found.is_suppressed("2", "claims")
    assert not found.is_suppressed("2", "registry") and not found.is_suppressed("3", "registry")


DESCENDING = (0, 18, 17, 19, 21, 22, 23, 24, 24.5, 25, 25.5)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("[{", "QPP-JSON"),
        ([benchmark(cuts=DESCENDING)], "QPP-ROW"),
        ([benchmark(cuts=LADDER[:9])], "QPP-ROW"),
        ([benchmark(percentiles=None, deciles=[1, 2])], "QPP-OLD"),
        ([benchmark(year=2019)], "QPP-OLD"),
        ({"9": {"eligibilityOptions": [{"weather": 1}], "performanceOptions": []}}, "QPP-ROW"),
        ([benchmark(measureId=None)], "QPP-ROW"),
        ([benchmark(), benchmark("778", year=2024)], "QPP-ROW"),
        ([benchmark(), benchmark()], "QPP-KEY"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, document: Any, code: str) -> None:
    path = write(tmp_path / "2025.json", document)
    assert codes(add(tmp_path / "home", path)) == [code]
    with pytest.raises(CorridorError) as error:
        qpp_from_files([path])
    assert error.value.code == code and error.value.file


def test_a_folder_may_hold_years_that_are_not_scored(tmp_path: Path) -> None:
    write(tmp_path / "benchmarks" / "2019.json", [benchmark(percentiles=None, deciles=[1, 2])])
    write(tmp_path / "benchmarks" / "2025.json", [benchmark()])
    outcomes = add(tmp_path / "home", tmp_path / "benchmarks")
    assert sorted(one.status for one in outcomes) == ["added", "passed over"]
    assert len(qpp_from_files([tmp_path / "benchmarks"]).benchmarks) == 1


def test_a_year_that_contradicts_the_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "2025.json", [benchmark()])
    assert codes(add(tmp_path / "home", path, vintage="2024")) == ["QPP-YEAR"]
    with pytest.raises(CorridorError, match="several years"):
        qpp_from_files([path, write(tmp_path / "2024.json", [benchmark(year=2024)])])


def test_two_states_of_one_year_are_not_added_together(tmp_path: Path) -> None:
    one = write(tmp_path / "a" / "2025.json", [benchmark()])
    same = write(tmp_path / "b" / "2025.json", [benchmark()])
    other = write(tmp_path / "c" / "2025.json", [benchmark(cuts=(*LADDER[:-1], 26))])
    assert [(o.status, o.why[:20]) for o in add(tmp_path / "home", one, same)] == [
        ("passed over", "qpp_benchmark 2025: "),
        ("added", ""),
    ]
    assert sorted(filter(None, codes(add(tmp_path / "other", one, other)))) == ["QPP-TWO-FILES"]
