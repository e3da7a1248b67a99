"""What a load came to: versions of claims, and dollars by file, claim type and month."""

from __future__ import annotations

from typing import Any

from corridor.engine.connection import parquet
from corridor.sources.tabular import Loading, source_sql


def count_versions(loading: Loading) -> dict[str, Any]:
    """How many claims of this load there are, once and in all; warns of what a reader should know."""
    writer = loading.writer
    parts = writer.parts("fhir_raw.claim")
    if not parts:
        return {}
    row = writer.con.execute(
        "select count(*), count(distinct claim_id), count(paid_amount), "
        f"count(*) filter (dropped_because is not null) from {parquet(parts)}"
    ).fetchone()
    assert row is not None
    claims, different, paid, dropped = row
    if claims > different:
        writer.warn(
            f"{claims - different:,} resources are older versions of a claim of this load; the newest counts."
        )
    lines = [part for table in ("line", "drug_line") for part in writer.parts(f"fhir_raw.{table}")]
    stated = writer.con.execute(f"select count(paid_amount) from {parquet(lines)}").fetchone()
    if not paid and not (stated and stated[0]):
        writer.warn("No claim of this load states a payment: dollars will be 0.")
    return {"claims": claims, "claims_once": different, "claims_cancelled_or_denied": dropped}


def dollars(loading: Loading) -> dict[int, dict[str, Any]]:
    """File number -> its days, and what its claims paid by claim type and month (text, two decimals)."""
    parts = loading.writer.parts("fhir_raw.claim")
    if not parts:
        return {}
    drugs = parquet(loading.writer.parts("fhir_raw.drug_line"))
    query = source_sql("fhir", "dollars", claims=parquet(parts), drugs=drugs)
    found: dict[int, list[Any]] = {}
    for number, *cell in loading.writer.con.execute(query).fetchall():
        found.setdefault(int(number), []).append(cell)
    return {
        number: {
            "amount": "payment of the claim",
            "first_date": str(min(cell[4] for cell in cells)),
            "last_date": str(max(cell[5] for cell in cells)),
            "dollars": str(sum(cell[3] for cell in cells)),
            "by_claim_type_and_month": [
                {
                    "claim_type_code": cell[0],
                    "service_month": cell[1],
                    "rows": cell[2],
                    "dollars": str(cell[3]),
                }
                for cell in cells
            ],
        }
        for number, cells in found.items()
    }
