"""Hospitals and models: programs of hospitals, one hospital episode, every model's life."""

from __future__ import annotations

from corridor.web.groups import PLANNING, PROGRAMS
from corridor.web.roles import EVERYONE, PATIENTS, RESULTS
from corridor.web.route import Entry, Route, get, post

LARGEST = 8_000_000  # of a contract with its figures
ROUTES: tuple[Route, ...] = (
    get("/models", "pages.models:models", EVERYONE),
    get("/overlap", "pages.overlap:overlap", EVERYONE),
    get("/overlap/{identifier}", "pages.overlap_one:one", RESULTS),
    get("/agreements", "pages.agreements:agreements", RESULTS),
    post("/agreements", "pages.agreements:settle", RESULTS, noted=True, largest=LARGEST, files=5),
    get("/agreements/{key}", "pages.agreements:settled", RESULTS),
    get("/agreements/{key}/file", "pages.agreements:file", RESULTS, noted=True),
    get("/api/v1/models", "pages.models:api_models", EVERYONE, reach="rules"),
    get("/api/v1/overlap", "pages.overlap:api_overlap", EVERYONE, reach="rules"),
    get("/api/v1/overlap/{identifier}", "pages.overlap_one:api_one", RESULTS, reach="tables"),
    get("/programs/team/episodes/{episode}", "pages.team_episode:episode", PATIENTS),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = (
    Entry("/programs/lead", "LEAD", RESULTS, PROGRAMS),
    Entry("/programs/team", "TEAM", RESULTS, PROGRAMS),
    Entry("/programs/iota", "IOTA", RESULTS, PROGRAMS),
    Entry("/programs/ahead", "AHEAD", RESULTS, PROGRAMS),
    Entry("/overlap", "How programs overlap", EVERYONE, PROGRAMS),
    Entry("/agreements", "Agreements", RESULTS, PLANNING),
    Entry("/models", "Models by year", EVERYONE, PROGRAMS),
)
