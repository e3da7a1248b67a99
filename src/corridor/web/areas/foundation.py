"""What results stand on: the rules, and the data that were loaded."""

from __future__ import annotations

from corridor.web.groups import GROUND
from corridor.web.roles import DATA, EVERYONE
from corridor.web.route import Entry, Route, get

ROUTES: tuple[Route, ...] = (
    get("/rules", "pages.rules:rules", EVERYONE),
    get("/rules/{name}", "pages.rules:rule", EVERYONE),
    get("/methods", "pages.methods:methods", EVERYONE),
    get("/methods/steps/{name}", "pages.methods:step", EVERYONE),
    get("/methods/formulas/{program}/{name}", "pages.methods:formula", EVERYONE),
    get("/data", "pages.data:data", DATA, whole=True, noted=True),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = (
    Entry("/rules", "Rules", EVERYONE, GROUND),
    Entry("/methods", "Methods", EVERYONE, GROUND),
    Entry("/data", "Data health", DATA, GROUND, whole=True),
)
