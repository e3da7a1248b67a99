"""The community against the aggregates of rules/asm. The tolerances are stated in docs/synth.md."""

from __future__ import annotations

import numpy as np
import pytest

from corridor.law import load_rules
from corridor.synth.community import block_sizes
from corridor.synth.design import COHORTS, clinician_rows, design_episodes, load_episode_rules
from corridor.synth.order import check_order
from corridor.synth.people import make_people

from .conftest import PERIOD, Written

PEOPLE = 15_000
YEAR = 2025  # the year of the published averages
COST_TOLERANCE = 0.08
SPREAD_TOLERANCE = 0.35
SHARE_TOLERANCE = 0.08


@pytest.fixture(scope="module")
def designed() -> tuple[dict[str, float], list[dict[str, object]]]:
    """Mean cost an episode-year by cohort, and the clinicians, without writing files."""
    from corridor.synth.care import make_care
    from corridor.synth.catalogue import catalogue
    from corridor.synth.draws import stream
    from corridor.synth.money import load_amounts
    from corridor.synth.providers import make_providers

    data, amounts, rules = catalogue(), load_amounts(PERIOD.years), load_episode_rules(2027)
    costs: dict[int, list[np.ndarray]] = {1: [], 2: []}
    weights: dict[int, list[np.ndarray]] = {1: [], 2: []}
    clinicians: list[dict[str, object]] = []
    first = 0
    for number, size in enumerate(block_sizes(PEOPLE)):

        def rng(topic: int, block: int = number) -> np.random.Generator:
            return stream(1, block, topic)

        providers = make_providers(rng(0), data, number, size, PERIOD)
        people = make_people(rng(1), data, size, first, providers.areas, PERIOD, PERIOD.file_day(1))
        first += size
        care = make_care(rng, data, amounts, people, providers, PERIOD)
        episodes = design_episodes(
            data, people, providers, care, (YEAR,), rules, PERIOD.start, PERIOD.end, PERIOD.file_day(2)
        )
        clinicians += clinician_rows(data, providers, episodes, rules)
        for cause, parts in costs.items():
            mine = episodes.cause == cause
            parts.append(episodes.annual()[mine])
            weights[cause].append(episodes.days[mine])
    means = {
        COHORTS[cause]: float(
            np.average(np.concatenate(costs[cause]), weights=np.concatenate(weights[cause]))
        )
        for cause in costs
    }
    return means, clinicians


def test_mean_cost_is_the_national_average(
    designed: tuple[dict[str, float], list[dict[str, object]]],
) -> None:
    force = load_rules(["asm"]).in_force(performance_year=YEAR)
    published = {row["cohort"]: row["amount"] for row in force.rows("asm.national_average_cost")}
    # PY2025: heart failure 14,994.38, low back pain 1,930.26
    for cohort, mean in designed[0].items():
        assert mean == pytest.approx(published[cohort], rel=COST_TOLERANCE), cohort


def test_spread_between_clinicians_is_the_published_one(
    designed: tuple[dict[str, float], list[dict[str, object]]],
) -> None:
    force = load_rules(["asm"]).in_force(performance_year=YEAR)
    rows = {row["measure_id"]: row for row in force.rows("asm.published_standard_deviation_cut_point")}
    for cohort, measure in (("heart_failure", "COST_HF_1"), ("low_back_pain", "COST_LBP_1")):
        # asm.md 10.5: s is the width of the middle band, M its middle (3,879.435 of 14,429.90 dollars;
        # 618.477 of 1,947.216)
        s = rows[measure]["p40"] - rows[measure]["p30"]
        median = (rows[measure]["p40"] + rows[measure]["p30"]) / 2
        own = np.array(
            [
                float(str(r["cost_per_episode_year"]))
                for r in designed[1]
                if r["eligible"] and r["cohort"] == cohort
            ]
        )
        assert own.std() / np.median(own) == pytest.approx(s / median, rel=SPREAD_TOLERANCE), cohort


def test_participants_split_as_on_the_published_list(
    designed: tuple[dict[str, float], list[dict[str, object]]],
) -> None:
    eligible = [row for row in designed[1] if row["eligible"]]
    heart = sum(row["cohort"] == "heart_failure" for row in eligible) / len(eligible)
    small = sum(bool(row["small_practice"]) for row in eligible) / len(eligible)
    force = load_rules(["asm"]).in_force(performance_year=2027)
    assert small == pytest.approx(force.scalar("asm.calibration_small_practice_share"), abs=SHARE_TOLERANCE)
    # asm.md 10.7: 2,610 of 6,637 rows
    assert heart == pytest.approx(2_610 / 6_637, abs=SHARE_TOLERANCE)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_demo_size_has_enough_eligible_clinicians(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    from .conftest import write

    written = write(tmp_path_factory.mktemp("demo") / "community", people=2_500, seed=seed)
    for cohort in COHORTS.values():
        years = written.truth["episodes"][cohort]
        assert years["2025"]["eligible_clinicians"] >= 9, cohort
        assert years["2027"]["eligible_clinicians"] >= 9, cohort


def test_the_order_of_the_demo_holds_both_years(community: Written) -> None:
    assert community.truth["eligibility_year"] == 2025
    assert community.truth["performance_year"] == 2027
    assert check_order(10, 1, "2024-07", 42, "single", community.folder / "new").period == PERIOD
