"""What a load came to: versions of claims and dollars."""

from __future__ import annotations

from typing import Any

from corridor.engine.connection import parquet
from corridor.sources.tabular import Loading


def count_versions(loading: Loading) -> dict[str, Any]:
    """Control totals of the claims of this load; warns of what a reader should know."""
    writer = loading.writer
    parts = writer.parts("fhir_raw.claim")
    if not parts:
        return {}
    row = writer.con.execute(
        "select count(*), count(distinct claim_id), sum(paid_amount), "
        f"count(*) filter (dropped_because is not null) from {parquet(parts)}"
    ).fetchone()
    assert row is not None
    claims, different, paid, dropped = row
    if claims > different:
        writer.warn(
            f"{claims - different:,} resources are older versions of a claim of this load; the newest counts."
        )
    lines = [part for table in ("line", "drug_line") for part in writer.parts(f"fhir_raw.{table}")]
    stated = (
        writer.con.execute(f"select count(paid_amount) from {parquet(lines)}").fetchone() if lines else None
    )
    if claims and not paid and not (stated and stated[0]):
        writer.warn("No claim of this load states a payment: dollars will be 0.")
    return {
        "claims": claims,
        "claims_once": different,
        "claims_cancelled_or_denied": dropped,
        "paid_amount_of_claims": None if paid is None else str(paid),
    }
