"""Planning: scenarios of any program, saved, compared and downloaded."""

from __future__ import annotations

from corridor.web.groups import PLANNING
from corridor.web.roles import RESULTS
from corridor.web.route import Entry, Route, get, post

ROUTES: tuple[Route, ...] = (
    get("/scenarios", "pages.scenarios:scenarios", RESULTS),
    get("/scenarios/new", "pages.scenarios:new", RESULTS),
    get("/scenarios/compare", "pages.scenario_compare:compare", RESULTS, noted=True),
    get("/scenarios/compare/file", "pages.scenario_compare:compare_file", RESULTS, noted=True),
    get("/scenarios/file", "pages.scenario_compare:scenario_file", RESULTS, noted=True),
    get("/scenarios/explain", "pages.scenarios:explain", RESULTS),
    get("/scenarios/{scenario_id}", "pages.scenarios:saved", RESULTS, named=("scenario_id",)),
    post("/scenarios", "pages.scenarios:save", RESULTS),
    post("/scenarios/{scenario_id}/share", "pages.scenarios:share", RESULTS),
    post("/scenarios/{scenario_id}/delete", "pages.scenarios:delete", RESULTS),
    get("/api/v1/scenarios", "api.scenarios:scenarios", RESULTS, reach="scenarios"),
    get("/api/v1/scenarios/evaluate", "api.scenarios:evaluate", RESULTS, noted=True, reach="scenarios"),
    get(
        "/api/v1/scenarios/{scenario_id}", "api.scenarios:scenario", RESULTS, noted=True,
        named=("scenario_id",), reach="scenarios",
    ),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = (Entry("/scenarios", "Scenarios", RESULTS, PLANNING),)
