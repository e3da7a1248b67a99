"""Whom a scenario is about: everyone in scope, a practice, or a clinician."""

from __future__ import annotations

from corridor.errors import CorridorError
from corridor.scenarios.inputs import Input

WHO = "who"


def who_input() -> Input:
    """The input that every studio begins with."""
    return Input(
        WHO, "Whom it is about", "name", "text", "Who", "", "the scope of your account",
        note="An NPI or a TIN; empty for everyone you may see.", subject=True,
    )  # fmt: skip


def nobody(who: str) -> CorridorError:
    """The same answer for who is not there and who is not in scope."""
    return CorridorError(
        "SCENARIO-NOBODY",
        "This scenario is about nobody in what you may see."
        if who
        else "You may see nobody of this program.",
        why="Results are those of your own scope, whoever made the scenario.",
        todo="Leave “Whom it is about” empty, or give an NPI or TIN of yours.",
        field=WHO,
    )
