"""The steps that price the professional lines of claims: the locality the user names, and the prices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from corridor.billing.pricing import RULES_USED, price_requests
from corridor.engine import StepContext, python_step
from corridor.engine.connection import parquet, quote

PIECE_ROWS = 3_000_000
"""Lines priced together: a small community's all at once, a large one's by month."""
PRICED = """
    select line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.npi, line.tin,
        line.service_date, line.hcpcs_code, line.units, line.qp, line.qp_status, line.mac, line.locality,
        line.locality_basis, price.* exclude (request_id), line.allowed_amount, line.paid_amount,
        line.allowed_amount - price.expected_allowed_amount as difference, line.service_month
    from door.price_request as line
    join door.price as price on price.request_id = line.request_id"""


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
    """Price the lines set by set; the text columns never leave the engine.

    Lines of whole months of service at a time: what is ranked within a day is together, and neither the lines
    nor their prices need to be in memory all at once.
    """
    con = ctx.con
    con.execute("create schema if not exists door")
    pieces = _pieces(con)
    files: list[Path] = []
    for number, months in enumerate(pieces):
        con.execute(
            "create or replace table door.price_request as select "
            "row_number() over (order by source_id, claim_id, claim_line_number) as request_id, * "
            f"from billing.line where {months}"
        )
        price_requests(con, ctx.force)
        if len(pieces) == 1:
            return PRICED
        files.append(_spill(con) / f"price-{number}.parquet")
        con.execute(f"copy ({PRICED}) to {quote(str(files[-1]))} (format parquet)")
    return f"select * from {parquet(files)}"


def _spill(con: duckdb.DuckDBPyConnection) -> Path:
    """Where the engine puts what does not fit; the run empties it."""
    (place,) = con.execute("select current_setting('temp_directory')").fetchall()[0]
    folder = Path(place)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _pieces(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Conditions that tell the lines of consecutive months of service apart, about PIECE_ROWS each."""
    counted = con.execute(
        "select cx_month_of(service_date) as month, count(*) from billing.line group by month order by month"
    ).fetchall()
    groups: list[list[int]] = []
    held = 0
    for month, rows in ((month, rows) for month, rows in counted if month is not None):
        if not groups or held + rows > PIECE_ROWS:
            groups.append([])
            held = 0
        groups[-1].append(month)
        held += rows
    pieces = [f"cx_month_of(service_date) between {months[0]} and {months[-1]}" for months in groups]
    if not pieces or any(month is None for month, _ in counted):
        pieces.append("service_date is null")
    return pieces
