"""Offline validation: a valid submission passes, and each rule of qpp-data.md 4.5 refuses with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from corridor.errors import CorridorError
from corridor.reference.qpp import Qpp
from corridor.sources.qpp.problem import ERROR, WARNING, api_error
from corridor.submissions.known import Known
from corridor.submissions.validate import validate
from tests.submissions.base import changed, force, known, valid

CASES = Path(__file__).parents[1] / "cases" / "submissions" / "refused.yaml"
LOADED: dict[str, list[dict[str, Any]]] = yaml.safe_load(CASES.read_text(encoding="utf-8"))


def cases(kind: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in LOADED[kind]]


def found(case: dict[str, Any], folder: Path) -> list[Any]:
    assert case["cites"], "a case cites its rule"
    return validate(changed(valid(), case.get("set", {}), case.get("remove", [])), known(folder))


def test_the_valid_submission_has_nothing_wrong(test_data: Path) -> None:
    assert validate(valid(), known(test_data)) == []
    assert api_error([]) is None


@pytest.mark.parametrize("case", cases("cases"))
def test_refused(case: dict[str, Any], test_data: Path) -> None:
    problems = found(case, test_data)
    own = [one for one in problems if one.rule == case["rule"] and one.message == case["says"]]
    assert len(own) == 1, [one.message for one in problems]
    assert own[0].severity == ERROR
    answer = api_error(problems)
    assert answer is not None and answer["error"]["type"] == "ValidationError"
    assert own[0].detail() in answer["error"]["details"]


@pytest.mark.parametrize("case", cases("warned"))
def test_warned(case: dict[str, Any], test_data: Path) -> None:
    problems = found(case, test_data)
    assert [(one.rule, one.message, one.severity) for one in problems] == [
        (case["rule"], case["says"], WARNING)
    ]
    assert api_error(problems) is None


def test_a_path_leads_to_the_field(test_data: Path) -> None:
    document = changed(valid(), {"measurementSets.1.measurements.0.value.performanceMet": 96}, [])
    (problem,) = [one for one in validate(document, known(test_data)) if one.severity == ERROR]
    assert problem.path == "$.measurementSets[1].measurements[0].value.performanceMet"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, "synthetic_tin"),
        ({"entityType": "individual", "nationalProviderIdentifier": "1234567893"}, "synthetic_npi"),
    ],
)
def test_synthetic_data_must_not_look_like_anybody(
    changes: dict[str, Any], rule: str, test_data: Path
) -> None:
    """qpp-data.md 4.5: synthetic data uses TINs that start with 000 and NPIs outside real ranges."""
    document = changed(valid(), changes, [])
    rules = [one.rule for one in validate(document, known(test_data, synthetic=True))]
    assert rule in rules
    named = {"taxpayerIdentificationNumber": "000456789", "nationalProviderIdentifier": "9876543210"}
    fine = changed(valid(), {"entityType": "individual", **named}, [])
    assert validate(fine, known(test_data, synthetic=True)) == []


def test_the_certification_of_electronic_measures_begins_in_2025(test_data: Path) -> None:
    """qpp-data.md 4.1: cehrtId, PI always; eCQM quality from PY2025."""
    assert ("quality", "electronicHealthRecord") not in Known(
        known(test_data).qpp, known_limits(2024)
    ).limits.certified
    assert ("quality", "electronicHealthRecord") in known_limits(2025).certified
    assert ("pi", "registry") in known_limits(2024).certified


def known_limits(year: int) -> Any:
    from corridor.submissions.known import limits_of

    return limits_of(force(year))


def test_a_year_without_measures_is_not_checked() -> None:
    with pytest.raises(CorridorError) as refused:
        Known(Qpp(2026), known_limits(2026))
    assert refused.value.code == "SUBMIT-NO-MEASURES"


@pytest.mark.parametrize("document", [{}, {"measurementSets": "x"}, {"measurementSets": [1]}])
def test_what_is_no_submission_is_told_by_its_shape(document: dict[str, Any], test_data: Path) -> None:
    problems = validate(document, known(test_data))
    assert problems and {one.severity for one in problems} == {ERROR}
