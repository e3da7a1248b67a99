"""What closing gaps is worth: under ASM in score points and dollars, under MIPS in points of the measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas.walk import to_plain
from corridor.jobs.gap_score import score_and_dollars

if TYPE_CHECKING:
    from corridor.engine.runs import Run
    from corridor.law import RulesInForce

Row = Mapping[str, Any]
OVERALL = ("", "overall")  # the rates of a measure that its score rests on


@dataclass
class Valued:
    """By place among the rows asked about: what closing all its gaps is worth."""

    program: str
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    basis: list[str] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)


def value_in_asm(run: Run, rows: Sequence[Row], year: int) -> Valued:
    """Score points and dollars of the first payment year under ASM, of clinicians the run has scored there.

    One measure at a time, all of its gaps closed, the cohort as it was settled.
    """
    from corridor.programs.asm import open_run_inputs, settle
    from corridor.programs.asm.run_inputs import CLINICIAN_TABLE, MEASURE_TABLE
    from corridor.programs.asm.worth import with_results, worth

    found = Valued("asm")
    if not rows or not (run.has(CLINICIAN_TABLE) and run.has(MEASURE_TABLE)):
        return found
    opened = open_run_inputs(run.home)
    if opened.year != year:
        return found
    clinicians = opened.inputs.clinicians
    place = {key: at for at, key in enumerate(zip(clinicians["tin"], clinicians["npi"], strict=True))}
    asked = {
        (str(row["measure_id"]), str(row["collection_type"]))
        for row in opened.rules.in_force(opened.year).rows("asm.quality_measure_collection_type")
    }
    settlement = None
    for measure, collection in sorted(asked):
        mine = [
            (at, place[row["tin"], row["npi"]], row)
            for at, row in enumerate(rows)
            if (row["measure_id"], row["collection_type"]) == (measure, collection)
            and row["stratum"] in OVERALL
            and (row["tin"], row["npi"]) in place
            and row["rate_closed"] is not None
        ]
        if not mine:
            continue
        if settlement is None:
            settlement = settle(opened.inputs, opened.rules, opened.year, national=opened.national)
            before = worth(settlement, opened.inputs)
        results = [
            {
                "clinician": clinician,
                "measure_id": measure,
                "collection_type": collection,
                "rate": row["rate_closed"],
                "eligible_cases": row["case_count"],
                "data_completeness": row["completeness_closed"],
            }
            for _, clinician, row in mine
        ]
        after = worth(settlement, with_results(opened.inputs, results))
        for at, clinician, _ in mine:
            found.rows[at] = {
                "measure_points": to_plain(before.measure_points.get((clinician, measure), np.nan)),
                "measure_points_closed": to_plain(after.measure_points.get((clinician, measure), np.nan)),
                "score_points": to_plain(after.points_gained[clinician]),
                "dollars": to_plain(after.dollars_gained[clinician]),
            }
    if settlement is not None:
        found.basis.append(
            f"ASM {opened.year}: every gap of one measure that can be closed is, the cohort as settled; "
            f"dollars of payment year {settlement.payment_year}."
        )
        found.rules |= {str(record["rule"]) for record in settlement.assumptions()}
    return found


def value_in_mips(run: Run, rows: Sequence[Row], force: RulesInForce, year: int, level: str) -> Valued:
    """Points of the measure against the newest installed MIPS benchmark, not later than the year."""
    from corridor.programs.mips.points import measure_points
    from corridor.reference.qpp import load_qpp

    found = Valued("mips")
    if not rows or "mips.collection_type" not in force:
        return found
    method = {
        str(row["collection_type"]): str(row["submission_method"])
        for row in force.rows("mips.collection_type")
    }
    benchmarks = next(
        (qpp.benchmarks for one in (year, year - 1, year - 2) if (qpp := load_qpp(run.home, one)).benchmarks),
        None,
    )
    if benchmarks is None:
        found.basis.append(
            "No MIPS benchmarks are installed, so points are not known: corridor reference add FOLDER"
        )
        return found
    provisional = set()
    for at, row in enumerate(rows):
        benchmark = benchmarks.get((row["measure_id"], method.get(row["collection_type"], "")))
        if benchmark is None or row["stratum"] not in OVERALL or row["rate_closed"] is None:
            continue
        rates = np.array([np.nan if row["rate"] is None else row["rate"], row["rate_closed"]], dtype=float)
        points = measure_points(
            rates, benchmark.cuts, benchmark.is_inverse, force, capped=benchmark.is_capped
        )
        found.rows[at] = {
            "measure_points": to_plain(points[0]),
            "measure_points_closed": to_plain(points[1]),
        }
        if benchmark.is_provisional:
            provisional.add(row["measure_id"])
    if found.rows:
        of_year = next(iter(benchmarks.values())).year
        found.basis.append(f"MIPS: points of the measure by the benchmarks of {of_year}.")
        found.rules |= {"mips.maximum_measure_points", "mips.minimum_measure_points"}
    if score_and_dollars(run, found.rows, rows, force, year, level):
        found.basis.append(
            f"MIPS {year}: all gaps of one measure closed, the other results of the score of this {level} "
            f"as they are; dollars of payment year {force.payment_year('qp')}."
        )
        found.rules |= {name for name in force.names("qp") if name.startswith("qp.mips_")}
    if provisional:
        found.basis.append(f"Placeholder benchmarks, not CMS's figures: {', '.join(sorted(provisional))}.")
    return found
