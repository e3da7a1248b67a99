"""Statements, renewal and disputes of a contract: what is read, written and where."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.jobs.contract import figures_of
from corridor.jobs.distribution import file_name
from corridor.law import load_rules
from corridor.programs.contract.read import Contract, read_contract

if TYPE_CHECKING:
    from corridor.programs.contract.dispute import Log

Row = dict[str, Any]
MONTHS_OF_YEAR = 12


def value_contract(path: Path, known: date | None) -> Contract:
    """A contract that must be a value-based one. Raises CONTRACT-KIND."""
    contract = read_contract(path, known)
    if contract.head.kind != "value":
        raise contract.wrong_kind("value")
    return contract


def log_path(contract: Contract, log: Path | None, config: Path | None) -> Path:
    """Where disputes of a contract are kept: the file named, else under the warehouse."""
    from corridor.settings import load_settings

    if log is not None:
        return log
    home = load_settings(config).home_folder() or Path("corridor-data")
    return Path(home) / "contracts" / f"{file_name(contract.name)}.disputes.jsonl"


def disputes_of(contract: Contract, log: Path | None, config: Path | None) -> Log:
    """The log of a contract. Raises CONTRACT-LOG."""
    from corridor.programs.contract.dispute import read_log

    return read_log(log_path(contract, log, config), contract.name)


def portfolio_of(
    path: Path,
    file: Path,
    followup: Path | None,
    draws: int,
    correlation: float | None,
    seed: int,
    known: date | None,
) -> dict[str, Any]:
    """Infusions of an outcomes-based agreement simulated. Raises CONTRACT-KIND and CONTRACT-REQUIRED."""
    from corridor.programs.contract.outcomes import settle_outcomes
    from corridor.programs.contract.portfolio import portfolio

    contract = read_contract(path, known)
    if contract.head.kind != "outcomes_based_agreement":
        raise contract.wrong_kind("outcomes_based_agreement")
    return portfolio(settle_outcomes(contract, file, followup, known), draws, correlation, seed)


def renewal_of(
    path: Path,
    file: Path | None,
    quality: Path | None,
    year: int | None,
    known: date | None,
    config: Path | None,
) -> dict[str, Any]:
    """The effect of the scorecard at renewal, of the latest year unless one is named."""
    from corridor.programs.contract.renewal import renewal

    contract = value_contract(path, known)
    figures = figures_of(contract, file, quality, known, config, year)
    chosen = year if year is not None else max(figures.years(), default=date.today().year)
    return renewal(contract, figures, chosen, load_rules([]).in_force(chosen))


def statements_of(
    path: Path,
    file: Path | None,
    quality: Path | None,
    payments: Path | None,
    month: int | None,
    tin: str | None,
    log: Path | None,
    known: date | None,
    config: Path | None,
) -> list[dict[str, Any]]:
    """The statement of the contract and of each of its practices (or of one), as plain data.

    Raises CONTRACT-MONTH, and what settling and triangles raise.
    """
    from corridor.programs.contract.claims import paid_by_lag
    from corridor.programs.contract.statement import Asked, statement
    from corridor.programs.contract.triangle import build, read_payments

    contract = value_contract(path, known)
    figures = figures_of(contract, file, quality, known, config, None if month is None else month // 100)
    months = sorted({row["month"] for row in figures.lines if row["month"] is not None})
    if not months or (month is not None and month not in months):
        raise CorridorError(
            "CONTRACT-MONTH",
            f"The figures have no month {month}." if month else "The figures are not by month.",
            why="A statement goes through a month of service.",
            todo=f"There are: {months[0]} to {months[-1]}."
            if months
            else "Give figures by month of service.",
            file=figures.file,
            field="month",
        )
    through = month if month is not None else months[-1]
    force = load_rules(["contract"]).in_force(through // 100)
    triangle = None
    if payments is not None:
        triangle = build(read_payments(payments, known), force, payments.name)
    elif file is None:
        triangle = build(paid_by_lag(config, known, None), force)
        figures.warnings.append("months are completed by the payments of all claims of the run")
    disputes = disputes_of(contract, log, config).disputes(known)
    practices = sorted({row["tin"] for row in figures.of(through // 100) if row["tin"] is not None})
    if tin is not None and tin not in practices:
        raise CorridorError(
            "CONTRACT-EMPTY",
            f"The figures have no practice {tin}.",
            todo=f"There are: {', '.join(practices) or 'none'}.",
            file=figures.file,
            field="tin",
        )
    wanted: list[str | None] = [tin] if tin is not None else [None, *practices]
    return [
        statement(contract, figures, Asked(through // 100, through, one), triangle, disputes, force)
        for one in wanted
    ]


def assumed_in(found: list[dict[str, Any]]) -> list[Row]:
    """Parameters under statements that are not codified or official."""
    rules = ["contract.small_cell"]
    if any(one["ibnr"] is not None for one in found):
        rules += ["contract.fewest_months", "contract.ibnr_interval"]
    return load_rules(["contract"]).in_force(found[0]["year"]).assumptions(rules)


def write_statements(found: list[dict[str, Any]], folder: Path) -> list[Path]:
    """A PDF and a workbook of each statement."""
    from corridor.reports.contract_statement import contract_pdf, contract_workbook

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for one in found:
        name = file_name(f"{one['contract']}-{one['month']}" + (f"-{one['tin']}" if one["tin"] else ""))
        book = folder / f"{name}.xlsx"
        contract_workbook(book, one)
        pdf = folder / f"{name}.pdf"
        pdf.write_bytes(contract_pdf(one))
        written += [pdf, book]
    return written
