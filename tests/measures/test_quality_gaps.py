"""How complete results are through the year, and which patients are left to do something for."""

from __future__ import annotations

from datetime import date

import pytest

from tests.measures.bench_tables import Row
from tests.measures.quality_bench import ROLLUP, QualityBench


@pytest.fixture
def bench() -> QualityBench:
    return QualityBench()


def _gaps(bench: QualityBench) -> dict[int, Row]:
    return {
        row["person_id"]: row
        for row in bench.make(*ROLLUP, "quality.care_gap")
        if row["level"] == "clinician"
    }


def _standing(bench: QualityBench) -> Row:
    (row,) = bench.make("quality.completeness")
    return row


def test_the_reporting_gap_is_patients_to_the_minimum(bench: QualityBench) -> None:
    """75 % of 90 is 67.5: with 50 captured, 18 more make it count."""
    bench.count(90, 40, not_met=10)
    row = _standing(bench)
    assert (row["captured"], row["not_captured"], row["patients_short"]) == (50, 40, 18)
    assert (row["standing"], row["month"]) == ("below the minimum", 202712)


@pytest.mark.parametrize(
    ("counts", "standing", "short"),
    [
        ({"denominator": 100, "numerator": 60, "not_met": 15}, "counts, with data missing", 0),  # just 75
        ({"denominator": 100, "numerator": 60, "not_met": 40}, "counts as far as told", 0),
        ({"denominator": 100, "numerator": 60, "not_met": 40, "not_captured": 0}, "complete", 0),
        ({"denominator": 19, "numerator": 10, "not_met": 9, "not_captured": 0}, "too few cases", 0),
        ({"denominator": 0, "numerator": 0}, "nobody eligible", 0),
        ({"denominator": 100, "numerator": 20, "not_captured": 80, "collection_type": "ecqm"},
         "counts, with data missing", 0),
    ],
)  # fmt: skip
def test_what_a_result_stands_at(bench: QualityBench, counts: Row, standing: str, short: int) -> None:
    bench.count(**counts)
    row = _standing(bench)
    assert (row["standing"], row["patients_short"]) == (standing, short)


def test_each_month_and_site_has_its_own_row(bench: QualityBench) -> None:
    for month, day, share in ((3, 31, 10), (6, 30, 40)):
        for site in ("A", "B"):
            bench.count(
                100, share, not_met=10, site_id=site, period_end=date(2027, month, day), load_order=month
            )
    rows = bench.make("quality.completeness")
    assert [(row["month"], row["site_id"], row["captured_share"]) for row in rows] == [
        (202703, "A", 20), (202703, "B", 20), (202706, "A", 50), (202706, "B", 50),
    ]  # fmt: skip


def test_who_is_on_the_roster_and_sent_nothing_is_listed(bench: QualityBench) -> None:
    """N2 shares the specialty that reports, N3 does not, N4 has left; N1 sent nothing from site B."""
    bench.count(100, 60, not_met=40, site_id="A")
    bench.roster = [
        ("T1", "N1", "A", "06", None, None),
        ("T1", "N1", "B", "06", None, None),
        ("T1", "N2", "A", "06", None, None),
        ("T1", "N3", "A", "20", None, None),
        ("T1", "N4", "A", "06", None, date(2026, 12, 31)),
    ]
    rows = bench.make("quality.not_delivered")
    assert [(row["npi"], row["site_id"], row["missing"]) for row in rows] == [
        ("N1", "B", "nothing of this site"),
        ("N2", "A", "nothing of the clinician"),
    ]


def test_gaps_are_who_is_not_met_or_not_captured(bench: QualityBench) -> None:
    for person, status in enumerate(("met", "not_met", "not_captured", "exclusion", "exception"), start=1):
        bench.patient(person, status, missing_element="reading" if person == 3 else None)
    gaps = _gaps(bench)
    assert {person: row["gap"] for person, row in gaps.items()} == {2: "not_met", 3: "not_captured"}
    # met 1 of 2 that count; closing patient 2 gives 2 of 2; capturing patient 3 as met gives 2 of 3
    assert (gaps[2]["rate_now"], gaps[2]["rate_closed"]) == (50, 100)
    assert gaps[3]["rate_closed"] == pytest.approx(100 * 2 / 3)
    assert (gaps[3]["missing_element"], gaps[3]["closable"]) == ("reading", True)
    assert "blood pressure" in gaps[2]["closes"] and "record" in gaps[3]["closes"]


def test_in_an_electronic_measure_not_captured_counts_against_the_rate_now(bench: QualityBench) -> None:
    for person, status in enumerate(("met", "not_met", "not_captured"), start=1):
        bench.patient(person, status, collection_type="ecqm")
    gaps = _gaps(bench)
    assert gaps[3]["rate_now"] == pytest.approx(100 / 3)
    assert gaps[3]["rate_closed"] == pytest.approx(200 / 3)


def test_where_lower_is_better_the_numerator_is_the_gap(bench: QualityBench) -> None:
    for person, status in enumerate(("met", "not_met", "not_met", "not_captured"), start=1):
        bench.patient(person, status, measure_id="238", collection_type="mipscqm")
    gaps = _gaps(bench)
    assert {person: row["gap"] for person, row in gaps.items()} == {1: "inverse_met", 4: "not_captured"}
    assert gaps[1]["rate_now"] == pytest.approx(100 / 3)
    assert (gaps[1]["rate_closed"], gaps[1]["closable"]) == (0, False)
    assert gaps[4]["rate_closed"] == pytest.approx(100 / 4)  # one more who is not in the numerator


def test_the_direction_is_read_from_the_installed_file_first(bench: QualityBench) -> None:
    bench.measures = [(2027, "777", None, None, True)]
    bench.patient(1, "met", measure_id="777")
    bench.patient(2, "not_met", measure_id="777")
    assert {person: row["gap"] for person, row in _gaps(bench).items()} == {1: "inverse_met"}
