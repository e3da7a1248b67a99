"""Billing: audits and findings, prices, what another schedule changes, care management, overpayments."""

from __future__ import annotations

from corridor.web.groups import MONEY
from corridor.web.roles import PATIENTS, RESULTS
from corridor.web.route import Entry, Route, get

ROUTES: tuple[Route, ...] = (
    get("/billing", "pages.billing:billing", RESULTS, noted=True),
    get("/billing/audits/{audit}", "pages.billing_audit:audit", RESULTS, noted=True, named=("audit",)),
    get("/billing/findings/{finding_id}", "pages.billing_finding:finding", PATIENTS),
)
ENTRIES: tuple[Entry, ...] = (Entry("/billing", "Audits, prices, refunds", RESULTS, MONEY),)
