"""Quality results added up: several records, patients once, not captured apart from not met."""

from __future__ import annotations

from datetime import date

import pytest

from tests.measures.quality_bench import QualityBench

COUNTS = ("denominator", "exclusion", "exception", "numerator", "not_met", "not_captured")


@pytest.fixture
def bench() -> QualityBench:
    return QualityBench()


def test_a_registry_measure_leaves_out_who_is_not_captured(bench: QualityBench) -> None:
    bench.count(100, 60, exclusion=4, exception=6, not_met=10)
    row = bench.rollup(level="clinician")
    assert tuple(row[name] for name in COUNTS) == (100, 4, 6, 60, 10, 20)  # 100 - 4 - 6 - 60 - 10
    assert row["rate"] == pytest.approx(100 * 60 / 70)  # met over met and not met
    assert row["completeness"] == pytest.approx(80)  # (60 + 4 + 6 + 10) / 100
    assert (row["case_count"], row["captured_known"]) == (100, True)


def test_an_electronic_measure_is_complete_and_counts_them_as_not_met(bench: QualityBench) -> None:
    bench.count(100, 60, exclusion=4, exception=6, not_captured=20, collection_type="ecqm")
    row = bench.rollup(level="clinician")
    assert (row["not_met"], row["not_captured"]) == (10, 20)
    assert row["rate"] == pytest.approx(100 * 60 / 90)
    assert row["rate_if_captured"] == pytest.approx(100 * 80 / 90)
    assert (row["completeness"], row["captured_share"]) == (100, pytest.approx(80))
    assert row["case_count"] == 96  # without the excluded


def test_where_a_file_says_neither_the_rest_is_not_met_and_nothing_is_claimed(bench: QualityBench) -> None:
    bench.count(100, 60, exclusion=4, exception=6)
    row = bench.rollup(level="clinician")
    assert (row["not_met"], row["not_captured"], row["captured_known"]) == (30, 0, False)


def test_rows_that_rest_on_few_say_so(bench: QualityBench) -> None:
    bench.count(100, 60, exclusion=11, not_met=29)
    assert bench.rollup(level="clinician")["small_cell"] is False
    bench.count(100, 60, exclusion=10, not_met=30, npi="N2")
    assert bench.rollup(level="clinician", npi="N2")["small_cell"] is True


def test_counts_of_two_records_are_added_and_said_not_to_be_de_duplicated(bench: QualityBench) -> None:
    bench.count(100, 60, not_met=40)
    assert bench.rollup(level="clinician")["deduplicated"] is True
    bench.count(50, 45, not_met=5, source_id="south", delivery_id="d2")
    row = bench.rollup(level="clinician")
    assert (row["denominator"], row["numerator"], row["rate"]) == (150, 105, 70)
    assert row["deduplicated"] is False


def test_a_patient_of_two_records_counts_once_with_the_best_that_is_known(bench: QualityBench) -> None:
    """1 is met in the south, 2 excepted in the north, 3 excluded in the south although met in the north."""
    for person, north, south in ((1, "not_met", "met"), (2, "exception", "not_met"), (3, "met", "exclusion")):
        bench.patient(person, north)
        bench.patient(person, south, source_id="south", delivery_id="d2")
    bench.patient(4, "not_captured")
    bench.patient(5, "not_met", source_id="south", delivery_id="d2")
    row = bench.rollup(level="clinician")
    assert tuple(row[name] for name in COUNTS) == (5, 1, 1, 1, 1, 1)
    assert (row["duplicates_removed"], row["patients_in_disagreement"], row["deduplicated"]) == (3, 3, True)


def test_people_merged_later_are_one_patient(bench: QualityBench) -> None:
    bench.patient(1, "met")
    bench.patient(2, "not_met", source_id="south")
    bench.aliases = [(2, 1)]
    assert bench.rollup(level="clinician")["denominator"] == 1


def test_a_practice_counts_the_patients_of_two_clinicians_once(bench: QualityBench) -> None:
    bench.patient(1, "not_met")
    bench.patient(1, "met", npi="N2")
    bench.patient(2, "met", npi="N2")
    assert bench.rollup(level="clinician", npi="N1")["rate"] == 0
    row = bench.rollup(level="practice")
    assert (row["npi"], row["denominator"], row["numerator"]) == ("", 2, 2)


def test_what_a_source_says_of_the_practice_goes_before_the_sum_of_its_clinicians(
    bench: QualityBench,
) -> None:
    bench.count(100, 60, not_met=40)
    bench.count(80, 60, not_met=20, npi="N2")
    assert bench.rollup(level="practice")["denominator"] == 180
    bench.count(150, 100, not_met=50, npi=None, participation="group")
    assert bench.rollup(level="practice")["denominator"] == 150


def test_patients_take_the_place_of_counts_of_the_same_source(bench: QualityBench) -> None:
    bench.count(100, 60, not_met=40)
    bench.patient(1, "met")
    assert bench.rollup(level="clinician")["denominator"] == 1


def test_the_newest_state_of_a_period_counts_and_periods_add_up(bench: QualityBench) -> None:
    bench.count(20, 10, not_met=10, period_end=date(2027, 3, 31))
    bench.count(40, 25, not_met=15, period_end=date(2027, 6, 30), delivery_id="d2", load_order=2)
    row = bench.rollup(level="clinician")
    assert (row["denominator"], row["period_end"]) == (40, date(2027, 6, 30))
    bench.count(30, 30, not_met=0, period_start=date(2027, 7, 1), delivery_id="d3")
    assert bench.rollup(level="clinician")["denominator"] == 70


def test_a_file_loaded_again_replaces_the_one_before(bench: QualityBench) -> None:
    bench.count(40, 25, not_met=15)
    bench.count(41, 30, not_met=11, delivery_id="d2", load_order=2)
    bench.patient(1, "met", measure_id="134")
    bench.patient(2, "met", measure_id="134")
    bench.patient(1, "not_met", measure_id="134", delivery_id="d2", load_order=2)
    assert bench.rollup(level="clinician", measure_id="236")["denominator"] == 41
    row = bench.rollup(level="clinician", measure_id="134")
    assert (row["denominator"], row["numerator"]) == (1, 0)


def test_measures_of_claims_take_patients_of_medicare_only(bench: QualityBench) -> None:
    bench.patient(1, "met", collection_type="medicare_cqm", measure_id="236SSP", payer="medicare")
    bench.patient(2, "met", collection_type="medicare_cqm", measure_id="236SSP", payer="commercial")
    bench.patient(2, "met", payer="commercial")
    assert bench.rollup(level="clinician", measure_id="236SSP")["denominator"] == 1
    assert bench.rollup(level="clinician", measure_id="236")["denominator"] == 1


def test_names_of_electronic_measures_are_those_of_the_quality_measure(bench: QualityBench) -> None:
    bench.count(10, 5, measure_id="CMS165V14", collection_type="ecqm", not_met=5)
    bench.count(10, 5, measure_id="HTTP://X/MEASURE/BP", collection_type="ecqm", not_met=5, npi="N2")
    bench.names = [{"measure_reference": "http://x/measure/BP", "quality_id": "236"}]
    assert {
        row["measure_id"] for row in bench.make(*("quality.patient", "quality.count", "quality.rollup"))
    } == {"236"}


def test_identifiers_of_qrda_name_the_measure_and_its_rate(bench: QualityBench) -> None:
    bench.measures = [(2027, "238", "CMS156v15", "2c92-ab", True)]
    bench.strata = [("238", "overall", "num-1"), ("238", "totalRate", "num-2")]
    for stratum, met in (("NUM-1", 2), ("num-2", 6)):
        bench.count(10, met, measure_id="2C92-AB", stratum=stratum, collection_type="ecqm")
    assert bench.rollup(level="clinician", stratum="overall")["measure_id"] == "238"
    assert bench.rollup(level="clinician", stratum="totalRate")["rate"] == 60


def test_a_clinician_without_a_practice_belongs_to_the_only_one_of_the_roster(bench: QualityBench) -> None:
    bench.roster = [
        (tin, npi, None, None, None, None) for tin, npi in (("T1", "N1"), ("T1", "N2"), ("T2", "N2"))
    ]
    for npi in ("N1", "N2"):
        bench.patient(1, "met", npi=npi, tin=None)
        bench.count(10, 5, not_met=5, npi=npi, tin=None, measure_id="134")
    rows = bench.make("quality.patient", "quality.count", "quality.rollup")
    found = {(row["npi"], row["measure_id"], row["tin"]) for row in rows if row["level"] == "clinician"}
    assert found == {("N1", "236", "T1"), ("N1", "134", "T1"), ("N2", "236", ""), ("N2", "134", "")}


def test_an_entity_is_counted_apart_from_its_practices(bench: QualityBench) -> None:
    bench.count(500, 400, not_met=100, tin=None, npi=None, entity_id="A9901", participation="apm_entity")
    bench.count(100, 60, not_met=40)
    row = bench.rollup(level="entity")
    assert (row["entity_id"], row["tin"], row["denominator"]) == ("A9901", "", 500)
    assert bench.rollup(level="practice")["denominator"] == 100
