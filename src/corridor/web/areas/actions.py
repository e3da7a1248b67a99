"""Next best dollar: what to do first under all programs, and what came of what was done."""

from __future__ import annotations

from corridor.web.groups import WORK
from corridor.web.roles import RESULTS, Role
from corridor.web.route import Entry, Route, get, post

# An auditor looks on; whoever else sees results decides.
DECIDE = RESULTS - {Role.auditor}
ONE = ("action",)
ROUTES: tuple[Route, ...] = (
    get("/actions", "pages.actions:actions_page", RESULTS, noted=True),
    get("/actions/{action}", "pages.actions:action", RESULTS, noted=True, named=ONE),
    post("/actions/{action}", "pages.actions:change", DECIDE, noted=True, named=ONE),
    get("/api/v1/actions", "api.actions:ranked", RESULTS, noted=True, reach="actions"),
    get("/api/v1/actions/{action}", "api.actions:one", RESULTS, noted=True, named=ONE, reach="actions"),
    post("/api/v1/actions/{action}", "api.actions:change", DECIDE, noted=True, named=ONE, reach="actions"),
)
ENTRIES: tuple[Entry, ...] = (Entry("/actions", "Next best dollar", RESULTS, WORK),)
