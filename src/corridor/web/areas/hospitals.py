"""Hospitals and models: programs of hospitals, one hospital episode, every model's life."""

from __future__ import annotations

from corridor.web.groups import PROGRAMS
from corridor.web.roles import PATIENTS, RESULTS
from corridor.web.route import Entry, Route, get

ROUTES: tuple[Route, ...] = (
    get("/programs/team/episodes/{episode}", "pages.team_episode:episode", PATIENTS),
)
ENTRIES: tuple[Entry, ...] = (
    Entry("/programs/team", "TEAM", RESULTS, PROGRAMS),
    Entry("/programs/iota", "IOTA", RESULTS, PROGRAMS),
    Entry("/programs/ahead", "AHEAD", RESULTS, PROGRAMS),
)
