"""The steps that price the professional lines of claims: the locality the user names, and the prices."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.billing.pricing import RULES_USED, price_requests
from corridor.engine import StepContext, python_step


@python_step(
    step="billing.home_locality",
    makes="one row: the Medicare locality that corridor.toml names for services that name none",
    key=["mac", "locality"],
    reads=[],
    cites="Corridor",
    evidence="none",
)
def home_locality(ctx: StepContext) -> Any:
    """The setting as a table, for the SQL step that reads it."""
    chosen = ctx.settings.get("billing") or {}
    columns = {name: np.array([chosen.get(name) or ""], dtype=object) for name in ("mac", "locality")}
    return columns, {"mac": "VARCHAR", "locality": "VARCHAR"}


@python_step(
    step="billing.price",
    makes="one row per professional line: its price under the fee schedule of its day, or why it has none",
    key=["source_id", "claim_id", "claim_line_number"],
    reads=[
        "billing.line",
        "reference.pfs_rvu",
        "reference.pfs_gpci",
        "reference.pfs_anesthesia",
        "reference.anesthesia_base_unit",
    ],
    rules=RULES_USED,
    cites="documentation of CMS's relative value files; docs/pricing.md",
    evidence="billing.line(source_id, claim_id, claim_line_number)",
    owner=["tin", "npi"],
)
def price(ctx: StepContext) -> str:
    """Price the lines set by set; the text columns never leave the engine."""
    con = ctx.con
    con.execute("create schema if not exists door")
    con.execute(
        "create or replace table door.price_request as select "
        "row_number() over (order by source_id, claim_id, claim_line_number) as request_id, * "
        "from billing.line"
    )
    price_requests(con, ctx.force)
    return """
        select line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.npi, line.tin,
            line.service_date, line.hcpcs_code, line.units, line.qp, line.qp_status, line.mac, line.locality,
            line.locality_basis, price.* exclude (request_id), line.allowed_amount, line.paid_amount,
            line.allowed_amount - price.expected_allowed_amount as difference, line.service_month
        from door.price_request as line
        join door.price as price on price.request_id = line.request_id"""
