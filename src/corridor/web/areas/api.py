"""The API, version 1."""

from __future__ import annotations

from corridor.web.roles import EVERYONE, RESULTS
from corridor.web.route import Route, get

ROUTES: tuple[Route, ...] = (
    get("/api/v1/openapi.json", "api.v1:openapi", EVERYONE, reach="tables"),
    get("/api/v1/tables", "api.v1:tables", RESULTS, reach="tables"),
    get(
        "/api/v1/tables/{table}", "api.v1:table_rows", RESULTS, noted=True, named=("table",), reach="tables"
    ),
    get("/api/v1/explain/asm/{npi}", "api.v1:explain", RESULTS, noted=True, named=("npi",), reach="explain"),
    get("/api/v1/rules", "api.v1:rules", EVERYONE, reach="rules"),
)  # fmt: skip
