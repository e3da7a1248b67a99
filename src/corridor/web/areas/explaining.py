"""Explain: how prices, changes of prices and scores come about, each at an address of its own."""

from __future__ import annotations

from corridor.web.roles import RESULTS
from corridor.web.route import Route, get

ROUTES: tuple[Route, ...] = (
    get("/explain/price", "pages.explain_money:price", RESULTS),
    get("/explain/impact", "pages.explain_money:impact", RESULTS, noted=True),
    get(
        "/api/v1/explain/mips/{npi}", "api.results:explain_mips", RESULTS, noted=True, named=("npi",),
        reach="explain",
    ),
    get("/api/v1/explain/price", "api.explain_money:price", RESULTS, reach="explain"),
    get("/api/v1/explain/impact", "api.explain_money:impact", RESULTS, noted=True, reach="explain"),
)  # fmt: skip
