"""Submissions made of results: counts carried over by what the collection type asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corridor.errors import CorridorError
from corridor.sources.qpp.model import MultiRate, Proportion, SingleRate
from corridor.submissions.build import build
from corridor.submissions.results import Result, read_results, results_of_rollup, with_defaults
from tests.submissions.base import CEHRT, force, known

GROUP = ("group", "123456789", "", "")
ELECTRONIC = Result(
    *GROUP, "236", collection_type="ecqm", denominator=12, exclusion=2, numerator=7, cehrt_id=CEHRT
)
REGISTRY = Result(
    *GROUP, "134", collection_type="mipscqm", denominator=10, exclusion=1, exception=1, numerator=6, not_met=1
)


def only(folder: Path, *results: Result) -> list[object]:
    (submission,) = build(results, known(folder), force())
    return [one.value for _, one in submission.measurements()]


def test_an_electronic_measure_without_data_is_not_met(test_data: Path) -> None:
    """12 eligible, 2 excluded, 7 met: 12 - 7 - 2 = 3 not met, whether captured or not."""
    expected = SingleRate(12, 7, 3, 2, 0, is_end_to_end_reported=True)
    assert only(test_data, ELECTRONIC) == [expected]
    told = replace(ELECTRONIC, not_met=2, not_captured=1)
    assert only(test_data, told) == [expected]


def test_a_registry_takes_those_excluded_out_beforehand(test_data: Path) -> None:
    """10 - 1 excluded = 9 eligible; 6 met + 1 not met + 1 excepted = 8 of 9 reported, one not captured."""
    (value,) = only(test_data, REGISTRY)
    assert value == SingleRate(9, 6, 1, 0, 1, is_end_to_end_reported=False)
    assert isinstance(value, SingleRate) and value.completeness() == pytest.approx(100 * 8 / 9)


def test_strata_take_the_names_and_order_of_the_measure(test_data: Path) -> None:
    one = Result(
        *GROUP, "238", collection_type="ecqm", denominator=110, exclusion=10, numerator=5, cehrt_id=CEHRT
    )
    results = [replace(one, stratum=name) for name in ("TOTALRATE", "appropriatediagnosis", "Overall")]
    (value,) = only(test_data, *results)
    assert isinstance(value, MultiRate) and value.is_end_to_end_reported
    assert [each.stratum for each in value.strata] == ["overall", "appropriateDiagnosis", "totalRate"]
    assert {each.performance_not_met for each in value.strata} == {95}


def test_sets_by_category_method_and_program(test_data: Path) -> None:
    proportion = Result(*GROUP, "PI_EP_1", denominator=1830, numerator=1422, cehrt_id=CEHRT)
    activity = Result(
        *GROUP, "IA_EPA_3", answer=True, period_start=date(2026, 2, 1), period_end=date(2026, 6, 30)
    )
    (found,) = build([ELECTRONIC, REGISTRY, proportion, activity], known(test_data), force())
    assert [(one.category, one.submission_method, one.cehrt_id) for one in found.measurement_sets] == [
        ("ia", "registry", None),
        ("pi", "registry", CEHRT),
        ("quality", "electronicHealthRecord", CEHRT),
        ("quality", "registry", None),
    ]
    assert found.measurement_sets[0].performance_start == date(2026, 2, 1)
    assert found.measurement_sets[2].performance_end == date(2026, 12, 31)
    assert found.measurement_sets[1].measurements[0].value == Proportion(1422, 1830)


def test_one_submission_an_entity(test_data: Path) -> None:
    own = replace(REGISTRY, participation="individual", npi="9876543210")
    entity = replace(REGISTRY, participation="apm_entity", tin="", entity_id="A1234")
    found = build([REGISTRY, own, entity], known(test_data), force())
    assert [(one.entity_type, one.tin, one.npi, one.entity_id) for one in found] == [
        ("apm", None, None, "A1234"),
        ("group", "123456789", None, None),
        ("individual", "123456789", "9876543210", None),
    ]


def test_defaults_leave_what_is_said() -> None:
    named = replace(REGISTRY, program="app1", cehrt_id="2025C0123456789")
    found = with_defaults([REGISTRY, named], "G0055", CEHRT)
    assert [(one.program, one.cehrt_id) for one in found] == [("G0055", CEHRT), ("app1", "2025C0123456789")]


@pytest.mark.parametrize(
    ("results", "code", "field"),
    [
        ([replace(REGISTRY, measure_id="9999")], "SUBMIT-MEASURE", "measure_id"),
        ([replace(REGISTRY, collection_type=None)], "SUBMIT-COLLECTION", "collection_type"),
        ([replace(REGISTRY, numerator=None)], "SUBMIT-VALUE", "denominator"),
        ([REGISTRY, replace(REGISTRY, line=7)], "SUBMIT-VALUE", "measure_id"),
        ([Result(*GROUP, "IA_EPA_3")], "SUBMIT-VALUE", "answer"),
        ([Result(*GROUP, "PI_EP_1", numerator=1)], "SUBMIT-VALUE", "denominator"),
    ],
)
def test_refused(results: list[Result], code: str, field: str, test_data: Path) -> None:
    with pytest.raises(CorridorError) as refused:
        build(results, known(test_data), force(), file="results.csv")
    assert (refused.value.code, refused.value.field, refused.value.file) == (code, field, "results.csv")


def test_a_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    path.write_text(
        "tin,npi,entity,measure_id,collection_type,denominator,numerator,answer\n"
        "12-3456789,,,236,eCQM,10,5,\n123456789,9876543210,,IA_EPA_3,,,,yes\n"
    )
    results, _ = read_results(path)
    assert [(one.participation, one.tin, one.npi, one.collection_type) for one in results] == [
        ("group", "123456789", "", "ecqm"),
        ("individual", "123456789", "9876543210", None),
    ]
    assert results[1].answer is True and results[0].line == 2
    assert all(Result.of_dict(one.to_dict()) == replace(one, line=None) for one in results)


def test_rows_of_a_run() -> None:
    row = {
        "level": "clinician",
        "tin": "123456789",
        "npi": "9876543210",
        "entity_id": "",
        "stratum": "",
        "measure_id": "236",
        "collection_type": "ecqm",
        "denominator": 12,
        "exclusion": 2,
        "exception": 0,
        "numerator": 7,
        "not_met": 2,
        "not_captured": 1,
        "rate": 70.0,
        "period_end": date(2026, 9, 30),
    }
    (one,) = results_of_rollup([row])
    assert one.entity == ("individual", "123456789", "9876543210", "")
    assert (one.denominator, one.not_captured, one.period_end) == (12, 1, date(2026, 9, 30))
