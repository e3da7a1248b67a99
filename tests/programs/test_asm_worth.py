"""What other inputs are worth while the cohort stands still."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from corridor.law import load_rules
from corridor.programs.asm import Settlement, read_asm_file, settle
from corridor.programs.asm.worth import with_results, with_values, worth

HEAD = (
    "tin,npi,cohort,part_b_paid,practice_size,cost_score,complex_patient_bonus,improvement_activities_attested,"
    "promoting_interoperability_score,q236_rate,q236_cases,q236_completeness,q236_collection_type,"
    "q008_rate,q008_cases,q008_completeness,q008_collection_type\n"
)
# cut points of 236 are 1, 10, 20 ... 90: 55 percent is half way through the sixth decile, 6.5 points, and 65
# is 7.5; other measures of the cohort are not sent
LINES = (
    "1,1,heart_failure,100000,30,0.6,0,1,0.5,55,100,90,mipscqm,95,100,90,ecqm\n"
    "1,2,heart_failure,100000,30,0.6,0,2,1,55,100,60,mipscqm,95,100,90,ecqm\n"
)


@cache
def settled(folder: Path) -> Settlement:
    path = folder / "asm.csv"
    path.write_text(HEAD + LINES)
    rules = load_rules(["asm"])
    inputs = read_asm_file(path, rules.in_force(2027), national=True)
    return settle(inputs, rules, 2027, national=True)


@pytest.fixture(scope="module")
def settlement(tmp_path_factory: pytest.TempPathFactory) -> Settlement:
    return settled(tmp_path_factory.mktemp("worth"))


def test_the_same_inputs_are_worth_nothing(settlement: Settlement) -> None:
    same = worth(settlement, settlement.inputs)
    assert same.points_gained == pytest.approx([0, 0])
    assert same.dollars_gained == pytest.approx([0, 0])


def test_an_activity_is_ten_points_and_interoperability_its_share(settlement: Settlement) -> None:
    """Activities 10 points each; interoperability 10 x (1 - 0.5): the second clinician has both already."""
    first = np.array([0])
    full = with_values(settlement.inputs, "improvement_activities_attested", first, 2)
    assert worth(settlement, full).points_gained == pytest.approx([10, 0])
    full = with_values(settlement.inputs, "promoting_interoperability_score", first, 1)
    assert worth(settlement, full).points_gained == pytest.approx([5, 0])


def test_a_better_rate_is_worth_its_points_over_the_measures_asked(settlement: Settlement) -> None:
    """55 to 65 percent is one point of ten; quality is half the score, over the measures that count."""
    better = with_results(
        settlement.inputs,
        [{"clinician": 0, "measure_id": "236", "collection_type": "mipscqm", "rate": 65.0}],
    )
    found = worth(settlement, better)
    assert found.measure_points[0, "236"] == pytest.approx(7.5)
    counted = float(settlement.clinicians["quality_measures_counted"][0])
    assert found.points_gained == pytest.approx([50 / (10 * counted), 0])
    assert found.dollars_gained[0] > 0 and found.dollars_gained[1] == pytest.approx(0)


def test_a_measure_that_becomes_complete_counts(settlement: Settlement) -> None:
    """The second clinician's 236 was reported for 60 percent, below 75: it had no points."""
    whole = with_results(
        settlement.inputs,
        [
            {
                "clinician": 1,
                "measure_id": "236",
                "collection_type": "mipscqm",
                "rate": 55.0,
                "data_completeness": 75.0,
            }
        ],
    )
    found = worth(settlement, whole)
    assert found.measure_points[1, "236"] == pytest.approx(6.5)
    assert found.points_gained[0] == pytest.approx(0) and found.points_gained[1] > 0


def test_a_measure_not_sent_yet_is_added(settlement: Settlement) -> None:
    sent = with_results(
        settlement.inputs,
        [
            {
                "clinician": 0,
                "measure_id": "377",
                "collection_type": "ecqm",
                "rate": 1.09,
                "eligible_cases": 50,
            }
        ],
    )
    # 1.09 is the 50th percentile of the published benchmark: the lower bound of the sixth decile
    assert worth(settlement, sent).measure_points[0, "377"] == pytest.approx(6.0)
