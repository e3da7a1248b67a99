"""Billing: audits and findings, prices, what another schedule changes, care management, overpayments."""

from __future__ import annotations

from corridor.web.groups import MONEY
from corridor.web.roles import PATIENTS, RESULTS
from corridor.web.route import Entry, Route, get

ROUTES: tuple[Route, ...] = (
    get("/billing", "pages.billing:billing", RESULTS, noted=True),
    get("/billing/audits/{audit}", "pages.billing_audit:audit", RESULTS, noted=True, named=("audit",)),
    get("/billing/findings/{finding_id}", "pages.billing_finding:finding", PATIENTS),
    get("/billing/prices", "pages.billing_prices:prices", RESULTS, noted=True),
    get("/billing/prices/lines/{line_id}", "pages.billing_prices:line", PATIENTS),
    get("/billing/price", "pages.billing_price:price", RESULTS),
    get("/billing/impact", "pages.billing_impact:impact", RESULTS, noted=True),
    get("/billing/care-management", "pages.billing_care:care_management", RESULTS, noted=True),
    get("/api/v1/price", "api.billing:price", RESULTS, reach="tables"),
)
ENTRIES: tuple[Entry, ...] = (Entry("/billing", "Audits, prices, refunds", RESULTS, MONEY),)
