"""Submission JSON: every example CMS publishes is read and written to an equivalent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from corridor.errors import CorridorError
from corridor.sources.qpp.model import MultiRate, NonProportion, Proportion, SingleRate, Submission
from corridor.sources.qpp.submission_json import (
    PLACEHOLDER,
    from_document,
    read_submission,
    to_document,
    write_submission,
)

EXAMPLES = (
    "submission-example-aci.json",
    "submission-example-ia.json",
    "submission-example-quality.json",
    "scoring-example-submission-input.json",
)
YEAR = 2026


def said(value: Any) -> Any:
    """What a document says: null is as good as absent, and no program is traditional MIPS."""
    if isinstance(value, list):
        return [said(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {name: said(one) for name, one in value.items() if one is not None}
    return {"programName": "mips", **kept} if "measurements" in value else kept


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_written_to_an_equivalent(name: str, test_data: Path, tmp_path: Path) -> None:
    path = test_data / "qpp" / "submissions-api-examples" / name
    submission = read_submission(path, year=YEAR)
    write_submission(submission, tmp_path / "again.json")
    text = path.read_text().replace(f'"{PLACEHOLDER}"', str(YEAR)).replace(PLACEHOLDER, str(YEAR))
    original = json.loads(text)
    original = original.get("data", {}).get("submission", original)
    assert json.loads((tmp_path / "again.json").read_text()) == said(original)
    assert read_submission(tmp_path / "again.json") == submission


def test_the_example_of_quality_says_what_it_says(test_data: Path) -> None:
    """The three kinds of value of the published example, by hand."""
    path = test_data / "qpp" / "submissions-api-examples" / "submission-example-quality.json"
    submission = read_submission(path, year=YEAR)
    assert (submission.participation, submission.tin, submission.npi) == (
        "individual",
        "000456789",
        "9876543210",
    )
    by_id = {one.measure_id: one.value for _, one in submission.measurements()}
    strata = by_id["305"]
    assert isinstance(strata, MultiRate) and [one.stratum for one in strata.strata] == ["14days", "34days"]
    assert strata.strata[0].rate() == pytest.approx(100 * 47 / 60)
    single = by_id["102"]
    assert isinstance(single, SingleRate)
    # (305 + 0 + 2 + 255) / 562 = 100 percent; 305 / (305 + 255) = 54.46 percent
    assert single.completeness() == 100 and single.rate() == pytest.approx(54.464285714)
    ratio = by_id["ACRAD15"]
    assert isinstance(ratio, NonProportion) and ratio.observation_instances == 80
    assert (ratio.numerator, ratio.denominator, ratio.denominator_exception) == (3, 1000, 30)


def test_the_same_submission_is_the_same_bytes(test_data: Path, tmp_path: Path) -> None:
    path = test_data / "qpp" / "submissions-api-examples" / EXAMPLES[2]
    for name in ("one", "two"):
        write_submission(read_submission(path, year=YEAR), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_an_object_is_read_like_a_file() -> None:
    document = {
        "entityType": "group",
        "taxpayerIdentificationNumber": "123456789",
        "performanceYear": 2026,
        "measurementSets": [
            {
                "id": "086dad28",
                "category": "pi",
                "submissionMethod": "registry",
                "performanceStart": "2026-01-01",
                "performanceEnd": "2026-12-31",
                "measurements": [{"measureId": "PI_EP_1", "value": {"numerator": 1, "denominator": 2}}],
            }
        ],
    }
    submission = read_submission(document)
    ((one_set, one),) = submission.measurements()
    assert one.value == Proportion(1, 2) and one_set.program_name == "mips"


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("{", "QPP-JSON", "no readable JSON"),
        ("[]", "QPP-JSON", "no submission"),
        ('{"measurementSets": [], "measurementSets": []}', "QPP-JSON", "stands twice"),
        ("[" * 100_000, "QPP-JSON", "no readable JSON"),
        (json.dumps({"performanceYear": PLACEHOLDER}), "QPP-JSON-YEAR", "left open"),
        ('{"measurementSets": []}', "QPP-SHAPE", "'entityType' in Submission is missing"),
    ],
)
def test_refused(text: str, code: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "submission.json"
    path.write_text(text)
    with pytest.raises(CorridorError) as refused:
        read_submission(path)
    assert refused.value.code == code and says in refused.value.what


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as refused:
        read_submission(tmp_path / "nowhere.json")
    assert refused.value.code == "QPP-JSON"


COUNT = some.integers(min_value=0, max_value=10**9)


@given(
    some.lists(some.tuples(COUNT, some.none() | COUNT, some.none() | COUNT), max_size=4),
    some.sampled_from(["individual", "group", "apm"]),
)
def test_any_counts_read_back(numbers: list[tuple[int, int | None, int | None]], entity: str) -> None:
    document = {
        "entityType": entity,
        "performanceYear": 2026,
        "measurementSets": [
            {
                "category": "quality",
                "submissionMethod": "registry",
                "programName": "mips",
                "performanceStart": "2026-01-01",
                "performanceEnd": "2026-12-31",
                "measurements": [
                    {
                        "measureId": str(place),
                        "value": {
                            "isEndToEndReported": False,
                            "performanceMet": met,
                            "performanceNotMet": not_met,
                            "eligiblePopulationException": excepted,
                            "eligiblePopulation": met + (not_met or 0) + (excepted or 0),
                        },
                    }
                    for place, (met, not_met, excepted) in enumerate(numbers)
                ],
            }
        ],
    }
    submission: Submission = from_document(document)
    assert to_document(submission) == said(document)
    assert from_document(to_document(submission)) == submission
