"""The refund of an overpayment case: one row a claim line, the amounts that sum to what is returned."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from corridor.engine.connection import connect, parquet
from corridor.engine.files import sha256_of
from corridor.engine.runs import open_run
from corridor.errors import CorridorError
from corridor.jobs.context import Context
from corridor.jobs.identifiers import read_known
from corridor.jobs.overpayment import amount_of
from corridor.jobs.overpayment_case import Case, add_event, read_case
from corridor.jobs.refund_reason import plain_reason, public_citation
from corridor.programs.writing import write_results

COLUMNS = (
    *("case", "source_id", "claim_id", "line", "service_date", "npi", "tin", "code"),
    *("reason", "citation", "refund"),
)
NOTES = ("claim_id", "line", "kind", "rule", "cite", "finding_id")
"""What the case holds of a line for whoever works on it: a sheet of its own, not sent along."""
MBI = "bene_mbi_id"


def refund(context: Context, name: str, out: Path, with_mbi: bool, today: date) -> tuple[Case, Decimal]:
    """Write the refund file and note it in the case.

    The amount of each line is what Medicare paid for it. After an extrapolation the reviewed lines stand with
    their reviewed overpayment, and one row without a claim brings the sum to the extrapolated amount.
    ``with_mbi`` adds the identifier of each beneficiary, which the contractor's form asks for.

    Raises OVERPAYMENT-ORDER where a sample is not extrapolated, or a refund was made; OVERPAYMENT-MBI.
    """
    case = read_case(context.warehouse.home, name)
    rows = refund_rows(case)
    total = sum((row["refund"] for row in rows), Decimal(0))
    columns = list(COLUMNS)
    if with_mbi:
        known = _identifiers(context, case)
        rows = [{**row, MBI: known.get((row["source_id"], row["claim_id"]))} for row in rows]
        columns.append(MBI)
    sheets = {"Refund": rows}
    if out.suffix.lower() == ".xlsx":
        sheets["Notes"] = [{column: line.get(column) for column in NOTES} for line in case.lines]
    write_results(out, sheets, columns)
    content = {
        "amount": total,
        "claim_lines": sum(1 for row in rows if row["claim_id"]),
        "file": out.name,
        "sha256": sha256_of(out),
        "with_identifiers": with_mbi,
    }
    return add_event(context.warehouse.home, name, "refunded", today, content), total


def refund_rows(case: Case) -> list[dict[str, Any]]:
    """The rows of the refund file, without identifiers. Raises OVERPAYMENT-ORDER."""
    sampled, extrapolated = case.last("sampled"), case.last("extrapolated")
    if case.last("refunded"):
        raise CorridorError(
            "OVERPAYMENT-ORDER",
            f"The case {case.name} is refunded already.",
            why="A second refund would return the same dollars twice.",
            todo="See `corridor overpayment show` for the file and the day.",
            field="CASE",
        )
    if sampled and (extrapolated is None or extrapolated["sample"] != sampled["number"]):
        raise CorridorError(
            "OVERPAYMENT-ORDER",
            "The newest sample of the case is not extrapolated.",
            why="What is returned would be neither what was reviewed nor all that was found.",
            todo="Review it, then `corridor overpayment extrapolate`.",
            field="CASE",
        )
    if not extrapolated:
        return [_row(case, line, Decimal(str(line["paid_dollars"]))) for line in case.lines]
    lines = {(line["source_id"], line["claim_id"], line["line"]): line for line in case.lines}
    rows = [
        _row(case, lines[source, claim, number], Decimal(str(overpaid)))
        for source, claim, number, overpaid in extrapolated["reviewed"]
        if overpaid
    ]
    if not amount_of(case):
        raise CorridorError(
            "OVERPAYMENT-ORDER",
            "Nothing is to be returned: the figure of the extrapolation is 0.00.",
            why="A refund of nothing would be an empty file.",
            todo="Close the case with `corridor overpayment close --reason`, or draw a larger sample.",
            field="CASE",
        )
    rest = amount_of(case) - sum((row["refund"] for row in rows), Decimal(0))
    if rest:
        blank = dict.fromkeys(COLUMNS)
        words = f"extrapolated from {extrapolated['sampled']} of {extrapolated['units']} claim lines"
        rows.append({**blank, "case": case.name, "reason": words, "refund": rest})
    return rows


def _row(case: Case, line: dict[str, Any], amount: Decimal) -> dict[str, Any]:
    kept = {name: line.get(name) for name in COLUMNS[1:8]}
    said = {"reason": plain_reason(line["kind"]), "citation": public_citation(line["cite"])}
    return {"case": case.name, **kept, **said, "refund": amount}


def _identifiers(context: Context, case: Case) -> dict[tuple[str, str], str]:
    """An identifier of the beneficiary of each claim of a case. Raises OVERPAYMENT-MBI."""
    parts = [one.path / "identity" / "person.parquet" for one in context.warehouse.deliveries()]
    present = [part for part in parts if part.exists()]
    run = open_run(context.warehouse.home) if present else None
    if run is None or not run.has("claims.medical_claim"):
        raise CorridorError(
            "OVERPAYMENT-MBI",
            "The identifiers of beneficiaries are not in this warehouse.",
            why="They are kept with the deliveries, beside a run that made claims.medical_claim.",
            todo="Leave --with-mbi away, and add them from your billing system by claim number.",
            field="--with-mbi",
        )
    con = connect(context.warehouse.spill)
    try:
        read_known(con, context.warehouse, present)
        con.execute("create temp table wanted (source_id varchar, claim_id varchar)")
        con.executemany(
            "insert into wanted values (?, ?)",
            sorted({(line["source_id"], line["claim_id"]) for line in case.lines}),
        )
        claims = parquet(run.files("claims.medical_claim"))
        rows = con.execute(
            f"""select claims.source_id, claims.claim_id, max(known.identifier)
            from {claims} as claims
            join wanted on wanted.source_id = claims.source_id and wanted.claim_id = claims.claim_id
            join known on known.person_id = claims.person_id group by all"""
        ).fetchall()
    finally:
        con.close()
    return {(str(source), str(claim)): str(identifier) for source, claim, identifier in rows}
