"""What the golden cases of the trade press run: each a call of Corridor with the figures of the claim."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from corridor.billing.impact_forecast import conversion_factors, forecast
from corridor.jobs.context import Context, open_context
from corridor.law import load_rules

Given = Mapping[str, Any]


class Bench:
    """A warehouse with the fee schedules of 2025 and 2026, and a folder for what a case writes."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.context: Context = open_context(home=home)
        self.folder = folder
        self.force = load_rules(["pfs", "qp"]).in_force(2026)

    def table(self, rows: list[dict[str, Any]]) -> Path:
        path = self.folder / "given.csv"
        names = list(dict.fromkeys(name for row in rows for name in row))
        with path.open("w", newline="", encoding="utf-8") as sink:
            writer = csv.DictWriter(sink, names)
            writer.writeheader()
            writer.writerows(rows)
        return path


def conversion_factor_growth(bench: Bench, given: Given) -> dict[str, float]:
    first, last = conversion_factors(bench.force, given["qp"], given["from"], given["to"])
    return {"from": first.value, "to": last.value, "growth": last.value / first.value - 1}


def qp_billing(bench: Bench, given: Given) -> dict[str, float]:
    (row,) = forecast(bench.force, given["billing"], given["year"], given["year"])
    return {
        name: row[name]
        for name in ("billing_qp", "gap_share", "conversion_factor_dollars", "incentive_dollars")
    }


def gap_to(bench: Bench, given: Given) -> dict[str, float]:
    force = load_rules(["pfs", "qp"], proposed=True).in_force(2026)
    return {str(row["year"]): row["gap_share"] for row in forecast(force, 1.0, 2026)}


def disadvantage(bench: Bench, given: Given) -> dict[str, float]:
    """What not being a qualifying participant costs on a billing, by cause, against what an article says."""
    parts = qp_billing(bench, {"billing": given["billing"], "year": given["year"]})
    paid_share = 1 - float(bench.force.on("pfs.coinsurance_share", _day(given["year"])).value)
    worst = mips(bench, {"paid": given["billing"] * paid_share, "score": 0, "year": given["year"]})
    explained = parts["conversion_factor_dollars"] + parts["incentive_dollars"] - worst["dollars"]
    return {
        "conversion_factor": parts["conversion_factor_dollars"],
        "share_of_claim": parts["conversion_factor_dollars"] / given["claimed"],
        "incentive": parts["incentive_dollars"],
        "mips_at_worst": worst["dollars"],
        "explained_at_most": explained,
        "unexplained": given["claimed"] - explained,
        "mips_needed": given["claimed"] - parts["conversion_factor_dollars"] - parts["incentive_dollars"],
    }


def mips(bench: Bench, given: Given) -> dict[str, float]:
    """The MIPS adjustment of a final score (None: no data) and its dollars on what Medicare pays."""
    from corridor.programs.qp.model import CLINICIANS

    score = np.nan if given.get("score") is None else float(given["score"])
    inputs = {
        "mips_score": np.array([score]),
        "part_b_paid": np.array([float(given["paid"])]),
        "payment_year": np.array([float(given["year"])]),
    }
    found = CLINICIANS.evaluate(inputs, bench.force, wanted=["mips_adjustment", "mips_worth"])
    return {"adjustment": float(found["mips_adjustment"][0]), "dollars": float(found["mips_worth"][0])}


def low_volume(bench: Bench, given: Given) -> dict[str, Any]:
    from corridor.engine.tabular.form import read_form
    from corridor.programs.qp.volume import judge_volume

    form = read_form(bench.table([dict(given["row"])]), "low_volume")
    (row,) = judge_volume(form, bench.force)["rows"]
    return {"standing": row["standing"]}


def volumes(bench: Bench, given: Given) -> dict[str, Any]:
    """The impact of a schedule on volumes: dollars on both sides and the change."""
    from corridor.jobs.impact import measure_impact
    from corridor.jobs.impact_scenarios import read_scenario

    sides = [read_scenario(str(given[side]), f"--{side}", given.get(f"{side}_qp")) for side in ("from", "to")]
    answer = measure_impact(bench.context, *sides, "total", bench.table([dict(row) for row in given["rows"]]))
    assert answer.left == []
    total = answer.total
    return {
        "from_amount": float(total["from_amount"]),
        "to_amount": float(total["to_amount"]),
        "change": float(total["change"]),
        "change_share": total["change_share"],
    }


def panel(bench: Bench, given: Given) -> dict[str, Any]:
    """A panel of a year: allowed, and what Medicare pays of it after coinsurance and sequestration."""
    row = {"code": given["code"], "units": given["patients"] * given["months"]}
    found = volumes(bench, {"rows": [row], "from": given["year"], "to": given["year"]})
    day = _day(given["year"])
    coinsurance = float(bench.force.on("pfs.coinsurance_share", day).value)
    sequestration = float(bench.force.on("pfs.sequestration_share", day).value)
    allowed = found["to_amount"]
    return {"allowed": allowed, "paid": allowed * (1 - coinsurance) * (1 - sequestration)}


def conflicts(bench: Bench, given: Given) -> dict[str, Any]:
    """The findings of the conflict audit on draft claims of one patient."""
    from corridor.jobs.audits import from_file, spec_of

    lines = [
        {"claim_id": f"D{at}", "line": 1, "patient_id": "P1", "pos": "11", "npi": "A", "tin": "T", **line}
        for at, line in enumerate(given["lines"], start=1)
    ]
    answer = from_file(spec_of("conflicts"), bench.table(lines), bench.context)
    return {"findings": len(answer.rows)}


def _day(year: int) -> Any:
    from datetime import date

    return date(int(year), 7, 1)


RUNS: dict[str, Callable[[Bench, Given], dict[str, Any]]] = {
    run.__name__: run
    for run in (
        conversion_factor_growth, qp_billing, gap_to, disadvantage, mips, low_volume, volumes, panel,
        conflicts,
    )
}  # fmt: skip
