"""Who joins and who leaves: the adjustment follows the NPI, so a clinician carries it in or out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from corridor.formulas.walk import to_plain
from corridor.programs.asm.settlement import Settlement

JOINS, LEAVES = "joins", "leaves"


def roster_change(
    settlement: Settlement,
    add: Sequence[str],
    remove: Sequence[str],
    *,
    tins: Collection[str] | None = None,
    listed: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """One record a clinician who moves and payment year, in the order asked for.

    dollars  what the practice gains by the move: the adjustment carried in, or minus the one that leaves
    tins     whose rows count for those who leave; default: every TIN of the settlement
    listed   NPIs on CMS's list, where one is installed: what is known of someone without a score
    A clinician who joins brings the Part B payments of all TINs known; years after the first hold the score.
    """
    years = settlement.dollars_by_year()
    records: list[dict[str, Any]] = []
    for change, npis in ((JOINS, add), (LEAVES, remove)):
        for npi in dict.fromkeys(npis):
            rows = [
                r for r in years if r["npi"] == npi and (change == JOINS or tins is None or r["tin"] in tins)
            ]
            records += (
                _known(settlement, change, npi, rows) if rows else _unknown(settlement, change, npi, listed)
            )
    return records


def _known(settlement: Settlement, change: str, npi: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = settlement.inputs.clinicians
    places = {(known["tin"][row], known["npi"][row]): row for row in range(settlement.own)}
    score = settlement.clinicians["final_score"]
    paid = settlement.clinicians["part_b_paid_payment_year"]
    same_tin = settlement.force.text("asm.new_tin_rule") == "same_tin_only"
    records = []
    for year in dict.fromkeys(row["payment_year"] for row in rows):
        own = [row for row in rows if row["payment_year"] == year]
        where = [places[(row["tin"], row["npi"])] for row in own]
        best = int(np.argmax(np.nan_to_num(score[where], nan=-1.0)))
        if change == JOINS:
            factor = 0.0 if same_tin else own[best]["factor"]
            amounts = [paid[row] * factor for row in where]
        else:
            factor = own[best]["factor"]
            amounts = [-row["dollars"] if row["dollars"] is not None else np.nan for row in own]
        total = float(np.sum(amounts))
        records.append(
            {
                "npi": npi,
                "clinician_name": to_plain(known["clinician_name"][where[best]]),
                "change": change,
                "tins": [row["tin"] for row in own],
                "payment_year": year,
                "risk_level": own[0]["risk_level"],
                "final_score": to_plain(score[where[best]]),
                "score_held": year != settlement.payment_year,
                "payment_adjustment_factor": factor,
                "part_b_paid": to_plain(np.sum(paid[where])),
                "dollars": None if np.isnan(total) else total,
                "note": _note(settlement, change, same_tin, len(own)),
            }
        )
    return records


def _note(settlement: Settlement, change: str, same_tin: bool, tins: int) -> str:
    if change == JOINS and same_tin:
        return "claims under a TIN without a score carry no adjustment (asm.new_tin_rule same_tin_only)"
    if change == JOINS and tins > 1:
        return f"the highest of {tins} final scores counts (asm.new_tin_rule npi_highest)"
    return "the adjustment follows the NPI"


def _unknown(
    settlement: Settlement, change: str, npi: str, listed: Collection[str] | None
) -> list[dict[str, Any]]:
    """Someone without a score here: on CMS's list the whole risk level is open, off it nothing is."""
    if listed is None:
        note = "no score is known; install CMS's participant list to learn whether ASM applies"
    elif npi in listed:
        note = "on CMS's list, no score known: anything from minus to plus the risk level is open"
    else:
        note = "not on CMS's list: no ASM adjustment"
    nothing = listed is not None and npi not in listed
    records: list[dict[str, Any]] = []
    for span in settlement.force.rows("asm.performance_years"):
        if span["performance_year"] < settlement.year:
            continue
        force = settlement.force.rules.in_force(span["performance_year"])
        records.append(
            {
                "npi": npi,
                "clinician_name": None,
                "change": change,
                "tins": [],
                "payment_year": int(span["payment_year"]),
                "risk_level": force.number("asm.risk_level"),
                "final_score": None,
                "score_held": False,
                "payment_adjustment_factor": 0.0 if nothing else None,
                "part_b_paid": None,
                "dollars": 0.0 if nothing else None,
                "note": note,
            }
        )
    return records
