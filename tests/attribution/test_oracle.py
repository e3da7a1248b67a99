"""The steps against a plain Python reading of the same paragraphs, on people drawn at random."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.attribution.bench import Row, case_bench
from tests.attribution.oracle import Service, assigned

PEOPLE = 500
# A1 and A2 are ACOs, T5 is a practice of both; T6 to T8 are in none
ACOS = {"T1": {"A1"}, "T2": {"A1"}, "T3": {"A2"}, "T4": {"A2"}, "T5": {"A1", "A2"}}


def _people(seed: int) -> dict[int, list[Service]]:
    """Few practices, round amounts and few days, so that ties and failed presteps are common."""
    draw = random.Random(seed)
    kinds = (["08", "11", "50", "97", "06", "46", "20"], ["50", "97"], ["06", "46", "50"], ["06", "13"])
    people = {}
    for person in range(1, PEOPLE + 1):
        kind = draw.choice(kinds)
        people[person] = [
            Service(
                date(2023, 12, 1) + timedelta(days=30 * draw.randrange(26)),
                f"T{draw.randint(1, 8)}",
                draw.choice(["08", *kind]) if draw.random() < 0.2 else draw.choice(kind),
                Decimal(draw.choice([0, 50, 50, 100, 150])),
            )
            for _ in range(draw.randint(0, 6))
        ]
    return people


def _answers(people: dict[int, list[Service]]) -> dict[int, Row]:
    case: dict[str, Any] = {
        "people": {one: {"otherwise": "none", "months": {202501: "fee_for_service"}} for one in people},
        "participant_list": [{"aco_id": aco, "tin": tin} for tin, of in ACOS.items() for aco in sorted(of)],
        "services": [
            {
                "person": person,
                "day": one.day,
                "tin": one.tin,
                "specialty": one.specialty,
                "allowed": one.allowed,
            }
            for person, services in people.items()
            for one in services
        ],
    }
    return {row["person_id"]: row for row in case_bench(case).run("attribution.mssp")}


def test_every_answer_is_that_of_the_plain_reading() -> None:
    people = _people(7)
    answers = _answers(people)
    assert set(answers) == set(people)
    seen = set()
    for person, services in people.items():
        expected = assigned([one for one in services if one.allowed > 0], ACOS)
        found = answers[person]
        assert (found["entity_id"], found["step"]) == expected, (person, services)
        seen.add((found["entity_kind"], found["step"], found["decided_by"] == "charges"))
    # the draw is worth something only where it reaches every way an answer can come about
    for kind in ("aco", "tin"):
        assert {(kind, "step_1", True), (kind, "step_1", False), (kind, "step_2", True)} <= seen
    assert {("aco", "step_3", True), (None, None, False)} <= seen


def test_what_holds_for_every_answer() -> None:
    answers = _answers(_people(8)).values()
    for row in answers:
        assert row["reason"]
        if row["entity_kind"] is None:
            assert row["margin"] is None and row["loss_risk"] is None
            continue
        assert 0 <= row["loss_risk"] <= 1
        assert row["margin"] == row["allowed_charges"] - (row["runner_up_charges"] or 0) >= 0
        assert 0 <= row["margin_share"] <= 1
        assert row["runner_up_id"] != row["entity_id"]


def test_a_closer_race_an_older_service_and_fewer_visits_are_each_a_greater_risk() -> None:
    def risk(*services: tuple[date, str, int]) -> float:
        rows = [{"day": day, "tin": tin, "allowed": allowed} for day, tin, allowed in services]
        (row,) = case_bench({"services": rows}).run("attribution.mssp")
        assert row["entity_id"] == "T1"
        return float(row["loss_risk"])

    june, march = date(2025, 6, 1), date(2025, 3, 1)
    base = risk((june, "T1", 100), (june, "T3", 20))
    assert risk((june, "T1", 100), (june, "T3", 60)) > base
    assert risk((march, "T1", 100), (june, "T3", 20)) > base
    assert risk((march, "T1", 50), (june, "T1", 50), (june, "T3", 20)) < base
