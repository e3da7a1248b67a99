"""CMS's public results file as published: its columns become quantities, its results what we compare with.

Per capita columns are dollars for a person-year, ABtot columns dollars; percents carry a sign or stand in
hundredths; ``-``, ``*`` and blank are absent. Columns that a year does not have are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.programs.mssp.bounds import FLAG_COLUMNS, check_bounds, flags
from corridor.programs.mssp.inputs import (
    Array,
    MsspInputs,
    identifiers,
    numbers,
    require_track,
    texts,
    tracks,
    years_of,
)
from corridor.programs.table import DoorTable

if TYPE_CHECKING:
    from corridor.law import RulesInForce

MARKS = ("abtotbnchmk", "gensaveloss", "earnsaveloss")  # any of them: it is CMS's file
GIVEN = {
    "assigned_beneficiaries": "n_ab",
    "person_years": "n_ab_year_py",
    "updated_benchmark_per_capita": "updatedbnchmk",
    "historical_benchmark_per_capita": "histbnchmk",
    "benchmark_expenditure": "abtotbnchmk",
    "performance_expenditure": "abtotexp",
    "quality_score": "qualscore",
    "quality_standard_met": "met_qps",
    "alternative_standard_met": "met_altqps",
    "agreement_period": "agreement_period_num",
}
PUBLISHED = {
    "benchmark_minus_expenditure": "bnchmkminexp",
    "savings_rate": "sav_rate",
    "minimum_savings_rate": "minsavperc",
    "generated_savings_or_losses": "gensaveloss",
    "earned_savings_or_losses": "earnsaveloss",
    "sharing_rate": "finalsharerate",
    "loss_rate": "finallossrate",
    "reduced_sharing": "reducedss",
}
SHARES = ("quality_score", "savings_rate", "minimum_savings_rate", "sharing_rate", "loss_rate")
PRINTED_RATE = 0.00005  # half of the last digit of a rate that CMS prints: 2.75 percent


def is_public_file(table: DoorTable) -> bool:
    """Whether the columns are those of CMS's public results file."""
    return any(name in table.cells for name in MARKS)


def read_public_file(table: DoorTable, force: RulesInForce, year: int) -> MsspInputs:
    """The rows of CMS's file. Raises MSSP-ACO, MSSP-TRACK, MSSP-NUMBER, MSSP-SHARE, MSSP-NEEDS."""
    aco_ids = identifiers(table)
    columns: dict[str, Array] = {}
    published: dict[str, Array] = {}
    source: dict[str, str] = {}
    warnings: list[str] = []
    for into, names in ((columns, GIVEN), (published, PUBLISHED)):
        for quantity, column in names.items():
            if column in table.cells:
                into[quantity] = (flags if column in FLAG_COLUMNS else numbers)(table, column)
                if into is columns:
                    source[quantity] = column
    _in_fractions(table, columns, published, warnings)
    for quantity, values in columns.items():  # what is settled from; what it is compared with is CMS's own
        check_bounds(table, quantity, values, force, source[quantity])
    source["track"] = require_track(table)
    columns["track"] = tracks(table, source["track"], force)
    if "current_start_date" in table.cells:
        columns["agreement_start_year"] = years_of(table.cells["current_start_date"])
        source["agreement_start_year"] = "current_start_date"
    if "rev_exp_cat" in table.cells:
        category = [None if text is None else text.split()[0] for text in texts(table, "rev_exp_cat")]
        columns["revenue_category"] = np.array(category, dtype=object)
        source["revenue_category"] = "rev_exp_cat"
    if "disadj" in table.cells:
        columns["disaster_adjustment"] = np.nan_to_num(np.abs(numbers(table, "disadj")))
        source["disaster_adjustment"] = "disadj"
    _elections(columns, published, source, force)
    _scaled_score(columns, published, source, force)
    called = table.cells.get("aco_name", [""] * len(aco_ids))
    return MsspInputs(
        aco_ids, list(called), columns, published, source, table.lines, table.file, True, year,
        [*table.warnings, *warnings],
    )  # fmt: skip


def _in_fractions(
    table: DoorTable, columns: dict[str, Array], published: dict[str, Array], warnings: list[str]
) -> None:
    """Percents without a sign become fractions: decided once a file, by whether any share is above one."""
    found = {**columns, **published}
    unsigned = [
        name for name in SHARES
        if name in found and not any("%" in text for text in table.cells[{**GIVEN, **PUBLISHED}[name]])
    ]  # fmt: skip
    if not unsigned:
        return
    highest = max((float(np.nanmax(found[n])) for n in unsigned if not np.isnan(found[n]).all()), default=0.0)
    if highest <= 1:
        return
    for name in unsigned:
        into = columns if name in columns else published
        into[name] = into[name] / 100
    warnings.append(f"{table.file}: rates without a percent sign are read in hundredths")


def _elections(
    columns: dict[str, Array], published: dict[str, Array], source: dict[str, str], force: RulesInForce
) -> None:
    """The file prints the minimum savings rate, not what was elected: a rate that may be elected was."""
    printed = published.get("minimum_savings_rate")
    if printed is None:
        return
    allowed = np.array([row["rate"] for row in force.rows("mssp.minimum_savings_election")])
    near = np.abs(printed[:, np.newaxis] - allowed) < PRINTED_RATE
    rates = allowed[near.argmax(axis=1)]
    said = [rate if fixed else "variable" for rate, fixed in zip(rates, near.any(axis=1), strict=True)]
    columns["minimum_savings_election"] = np.array(said, dtype=object)
    source["elected_savings_rate"] = "minsavperc"


def _scaled_score(
    columns: dict[str, Array], published: dict[str, Array], source: dict[str, str], force: RulesInForce
) -> None:
    """Where the rate is the largest one times the score and no score is printed, the rate gives it."""
    if "quality_score" in columns or "sharing_rate" not in published:
        return
    if force.text("mssp.quality_share_method") != "scaled":
        return
    largest: dict[Any, float] = {
        row["track"]: row["sharing_rate"]
        for rule in ("mssp.track", "mssp.former_track")
        for row in force.rows(rule)
    }
    most = np.array([largest[track] for track in columns["track"]])
    columns["quality_score"] = published["sharing_rate"] / most
    columns.setdefault("quality_standard_met", (published["sharing_rate"] > 0).astype(np.float64))
    source["quality_score"] = "finalsharerate"
