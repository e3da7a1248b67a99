"""A distribution plan run on its recipients, and the statements written from it."""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.words import counted

if TYPE_CHECKING:
    from corridor.programs.distribution.split import Distribution, Recipients

ADJUSTED = ("asm_dollars", "mips_dollars")


def run_distribution(
    plan: Path, file: Path, amounts: list[str], adjustments: list[str] | None = None
) -> Distribution:
    """Read, split and flag. ``amounts`` are POOL=DOLLARS, ``adjustments`` COLUMN=FILE of settled results.

    Raises DISTRIBUTION-* and FORM-*.
    """
    from corridor.programs.distribution.plan import read_plan
    from corridor.programs.distribution.split import distribute, read_recipients

    read = read_plan(plan)
    force = load_rules(["distribution"]).in_force(read.plan.year)
    recipients = read_recipients(file)
    for text in adjustments or []:
        _adjust(recipients, text)
    return distribute(read, recipients, _amounts(amounts), force)


def _adjust(recipients: Recipients, text: str) -> None:
    """Dollars of settled results (tin, npi, dollars) put into a column of the recipients."""
    from corridor.engine.tabular.form import read_form

    column, _, name = text.partition("=")
    if column not in ADJUSTED or not name:
        raise CorridorError(
            "DISTRIBUTION-AMOUNT",
            f"{text!r} is not COLUMN=FILE.",
            todo=f"Use one of {', '.join(ADJUSTED)}: --adjustments mips_dollars=results.csv",
            field="--adjustments",
        )
    form = read_form(Path(name), "distribution_adjustments")
    dollars: dict[tuple[str, str], Any] = {}
    seen: dict[tuple[str, str], int] = {}
    for row, line in zip(form.rows, form.lines, strict=True):
        key = (row["tin"] or "", row["npi"])
        before = seen.setdefault(key, line)
        if before != line:
            raise CorridorError(
                "DISTRIBUTION-TWICE",
                f"The clinician stands on line {before} already.",
                why="Which of the two amounts holds would be a guess.",
                todo="Keep one row for each clinician under a practice.",
                file=form.file,
                line=line,
                field="npi",
            )
        dollars[key] = row["dollars"]
    places = Counter(row["npi"] for row in recipients.rows)
    for row in recipients.rows:
        own = dollars.pop((row["tin"], row["npi"]), None)
        # a result without a practice is the clinician's where there is one practice only
        if own is None and places[row["npi"]] == 1:
            own = dollars.pop(("", row["npi"]), None)
        row[column] = own if own is not None else row[column]
    left = sum(1 for amount in dollars.values() if amount)
    if left:
        recipients.warnings.append(
            f"{form.file}: {counted(left, 'clinician')} with dollars not among the recipients: not split"
        )


def _amounts(texts: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = float(value.replace(",", ""))
            if not math.isfinite(found[name.strip()]):
                raise ValueError(value)
        except ValueError:
            raise CorridorError(
                "DISTRIBUTION-AMOUNT",
                f"{text!r} is not POOL=DOLLARS.",
                todo="Write for instance --amount shared_savings=564288.00",
                field="--amount",
            ) from None
    return found


def write_statements(found: Distribution, folder: Path, npi: str = "") -> list[Path]:
    """A PDF and a workbook for each clinician (or one of them). Returns the files."""
    from corridor.programs.distribution.statement import statements
    from corridor.reports.contract_statement import distribution_pdf, distribution_workbook

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    force = load_rules(["contract"]).in_force(found.read.plan.year)
    for one in statements(found, int(force.number("contract.small_cell"))):
        if npi and one["npi"] != npi:
            continue
        name = file_name("-".join([one["plan"], one["tin"], *([one["npi"]] if one["npi"] else [])]))
        book = folder / f"{name}.xlsx"
        distribution_workbook(book, one)
        pdf = folder / f"{name}.pdf"
        pdf.write_bytes(distribution_pdf(one))
        written += [pdf, book]
    return written


def shown_lines(found: Distribution) -> list[dict[str, Any]]:
    """The lines as they may leave: without panels that would tell of few patients."""
    from corridor.programs.distribution.statement import shown_line

    force = load_rules(["contract"]).in_force(found.read.plan.year)
    few = int(force.number("contract.small_cell"))
    return [shown_line(one, few) for one in found.line_rows()]


def file_name(text: str) -> str:
    """Free text as part of the name of a file."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text)
