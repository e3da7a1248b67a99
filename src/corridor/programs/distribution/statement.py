"""What a clinician's statement says: each pool, and line by line how the part came about."""

from __future__ import annotations

from typing import Any

from corridor.programs.distribution.split import Distribution

PANELS = ("panel", "panel_quality")
ABBREVIATIONS = ("asm", "mips", "rvu", "fte", "aco")


def worded(name: str) -> str:
    """A name of the plan as a reader writes it: work_rvu is Work RVU."""
    words = [one.upper() if one in ABBREVIATIONS else one for one in name.split("_")]
    return " ".join([words[0][0].upper() + words[0][1:], *words[1:]])


def few_patients(line: dict[str, Any], few: int) -> bool:
    """Whether the line would show a panel of fewer patients than may be shown, or what the others' are."""
    if line["by"] not in PANELS or line["own"] is None:
        return False
    rest = (line["of"] or line["own"]) - line["own"]
    return bool(line["own"] < few or 0 < rest < few)


def shown_line(line: dict[str, Any], few: int) -> dict[str, Any]:
    """A line without its panel, and that of all together, where one of them would tell of few patients."""
    return {**line, "own": None, "of": None} if few_patients(line, few) else line


def statements(found: Distribution, few: int) -> list[dict[str, Any]]:
    """One statement a clinician, as plain data; panels of fewer than ``few`` patients are left out."""
    plan = found.read.plan
    whole = {pool["pool"]: pool for pool in found.pools}
    made = []
    for row in found.rows():
        key = (row["tin"], row["npi"] or "")
        mine = [line for line in found.line_rows() if (line["tin"], line["npi"]) == key]
        pools = [
            {
                "name": worded(pool.pool),
                "about": pool.about,
                "dollars": row[pool.pool],
                "amount": whole[pool.pool]["amount"],
                "retained": whole[pool.pool]["retained"],
                "practice": sum(
                    one["dollars"]
                    for one in found.practices
                    if one["pool"] == pool.pool and one["tin"] == row["tin"]
                )
                if len(pool.steps) > 1
                else None,
                "lines": [
                    {
                        "kind": line["kind"] + (f" among {line['among']}" if line["among"] else ""),
                        "by": worded(line["by"]),
                        "own": line["own"],
                        "of": line["of"],
                        "dollars": line["dollars"],
                    }
                    for line in (shown_line(one, few) for one in mine)
                    if line["pool"] == pool.pool
                ],
            }
            for pool in plan.pools
        ]
        made.append(
            {
                "plan": plan.plan,
                "title": plan.title,
                "organization": plan.organization,
                "fictitious": plan.fictitious,
                "year": plan.year,
                "adopted": plan.adopted.isoformat(),
                **{name: row[name] for name in ("tin", "npi", "clinician_name", "total_dollars")},
                "pools": pools,
            }
        )
    return made
