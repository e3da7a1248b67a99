"""LEAD, which follows ACO REACH: what an ACO's year earns or owes, from its form."""

from __future__ import annotations

from fastapi import Response

from corridor.web.guard import Visit
from corridor.web.programs.aco_form import EARNED, settled
from corridor.web.programs.of_form import card_of
from corridor.web.programs.shape import Ask, Card, Panel, Program, View
from corridor.web.viewer import Viewer


def standing(visit: Visit, viewer: Viewer, ask: Ask) -> Panel | Response:
    """The last settlement of the account."""
    return settled(visit, "lead", "LEAD", "lead")


def card(visit: Visit, viewer: Viewer) -> Card:
    """What the last answer earns or owes."""
    return card_of(visit, "lead", EARNED, "earned or owed, from your form", "LEAD")


PROGRAM = Program(
    "lead",
    "LEAD",
    "What an ACO earns or owes in the model that follows ACO REACH",
    (),
    card,
    (View("standing", "Standing", standing),),
    missing="Fill in its form.",
    not_yet="Alignment and benchmarks from claims: what CMS has published does not hold all of their rules.",
    forms=("lead",),
)
