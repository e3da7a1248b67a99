"""Billing: audits and findings, prices, what another schedule changes, care management, overpayments."""

from __future__ import annotations

from corridor.web.groups import MONEY
from corridor.web.roles import PATIENTS, RESULTS, Role
from corridor.web.route import Entry, Route, get, post

# Who moves a case of overpayment: it ends with money that goes back.
REFUNDS = frozenset({Role.biller})
CASE = "/billing/overpayments/{case}"
DOING = "pages.billing_case_steps:"
ROUTES: tuple[Route, ...] = (
    get("/billing", "pages.billing:billing", RESULTS, noted=True),
    get("/billing/audits/{audit}", "pages.billing_audit:audit", RESULTS, noted=True, named=("audit",)),
    get("/billing/findings/{finding_id}", "pages.billing_finding:finding", PATIENTS),
    get("/billing/prices", "pages.billing_prices:prices", RESULTS, noted=True),
    get("/billing/prices/lines/{line_id}", "pages.billing_prices:line", PATIENTS),
    get("/billing/price", "pages.billing_price:price", RESULTS),
    get("/billing/impact", "pages.billing_impact:impact", RESULTS, noted=True),
    get("/billing/care-management", "pages.billing_care:care_management", RESULTS, noted=True),
    get("/billing/overpayments", "pages.billing_cases:cases", RESULTS, noted=True),
    post("/billing/overpayments", f"{DOING}open_new", REFUNDS, noted=True),
    get(CASE, "pages.billing_cases:case", RESULTS, noted=True, named=("case",)),
    get(f"{CASE}/sample", "pages.billing_cases:sample_file", PATIENTS, noted=True, named=("case",)),
    get(f"{CASE}/refund", "pages.billing_cases:refund_file", PATIENTS, noted=True, named=("case",)),
    post(f"{CASE}/investigate", f"{DOING}investigate", REFUNDS, noted=True, named=("case",)),
    post(f"{CASE}/sample", f"{DOING}sample", REFUNDS, noted=True, named=("case",)),
    post(f"{CASE}/extrapolate", f"{DOING}extrapolate", REFUNDS, noted=True, named=("case",), fields=2200),
    post(f"{CASE}/refund", f"{DOING}refund", REFUNDS, noted=True, named=("case",)),
    post(f"{CASE}/close", f"{DOING}close", REFUNDS, noted=True, named=("case",)),
    get("/api/v1/overpayments", "api.billing:overpayments", RESULTS, reach="tables"),
    get("/api/v1/price", "api.billing:price", RESULTS, reach="tables"),
)
ENTRIES: tuple[Entry, ...] = (Entry("/billing", "Audits, prices, refunds", RESULTS, MONEY),)
