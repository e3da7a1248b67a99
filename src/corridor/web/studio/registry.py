"""The register of studios: one a program, all of one shape. A later program adds a module and a line here."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from corridor.errors import CorridorError
from corridor.formulas import Node
from corridor.scenarios.inputs import Input, Value, changed_values, read_values
from corridor.scenarios.outcome import Outcome
from corridor.web.studio.shelf import kept
from corridor.web.viewer import Viewer
from corridor.web.workbench import Workbench


class Studio(Protocol):
    """One program: its inputs with the defaults of the viewer's scope, and what changed values come to."""

    program: str
    title: str
    question: str
    needs: str

    def inputs(self, bench: Workbench, viewer: Viewer, given: Mapping[str, str]) -> list[Input]:
        """What may be changed; ``given`` decides what the rest is about (who, which year)."""

    def evaluate(
        self, bench: Workbench, viewer: Viewer, inputs: Sequence[Input], values: Mapping[str, Value]
    ) -> Outcome:
        """What the values come to, for the rows of the viewer only."""


class Explaining(Protocol):
    """A studio whose figures can be derived."""

    def explain(
        self, bench: Workbench, viewer: Viewer, values: Mapping[str, Value], npi: str, tin: str, quantity: str
    ) -> Node:
        """The derivation of a quantity of a clinician under the values."""


STUDIOS = {
    "asm": "asm:AsmStudio",
    "schedule": "schedule:ScheduleStudio",
    "panel": "panel:PanelStudio",
    "tracks": "tracks:TracksStudio",
}


def studio(program: str) -> Studio:
    """The studio of a program. Raises SCENARIO-PROGRAM."""
    if program not in STUDIOS:
        raise CorridorError(
            "SCENARIO-PROGRAM",
            "There are no scenarios of such a program.",
            todo=f"Choose one of: {', '.join(STUDIOS)}.",
            field="program",
        )
    module, _, name = STUDIOS[program].partition(":")
    made: Studio = getattr(importlib.import_module(f"corridor.web.studio.{module}"), name)()
    return made


def ready(viewer: Viewer, program: str) -> Studio:
    """The studio of a program of which the run holds something. Raises SCENARIO-PROGRAM, SCENARIO-NOTHING."""
    made = studio(program)
    if not viewer.has(made.needs):
        raise CorridorError(
            "SCENARIO-NOTHING",
            f"The last run holds nothing of this program: {made.title}.",
            why=f"A scenario starts from the table {made.needs}.",
            todo="Load what it needs, and run again: corridor run.",
            field="program",
        )
    return made


@dataclass(frozen=True)
class Evaluated:
    """A scenario evaluated for a viewer: its inputs, their values, which were changed, the outcome."""

    studio: Studio
    inputs: Sequence[Input]
    values: Mapping[str, Value]
    changed: Mapping[str, Value]
    outcome: Outcome


def evaluated(bench: Workbench, viewer: Viewer, program: str, given: Mapping[str, str]) -> Evaluated:
    """Evaluate, once for the same values in the same scope.

    Raises SCENARIO-PROGRAM, SCENARIO-VALUE, SCENARIO-NOBODY and SCENARIO-NOTHING.
    """
    made = ready(viewer, program)
    inputs = made.inputs(bench, viewer, given)
    values = read_values(inputs, given)
    changed = changed_values(inputs, values)
    key = (viewer.run_id, viewer.scope, viewer.patients, program, tuple(sorted(values.items())))
    outcome = kept(bench, "outcome", key, lambda: made.evaluate(bench, viewer, inputs, values))
    return Evaluated(made, inputs, values, changed, outcome)
