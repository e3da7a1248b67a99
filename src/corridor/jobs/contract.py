"""Contracts settled and explained, whichever kind they are of and whichever door the figures come by."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.law import load_rules

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.law import RulesInForce
    from corridor.programs.contract.figures import Figures
    from corridor.programs.contract.read import Contract
    from corridor.programs.contract.settle import Settlement
    from corridor.programs.contract.triangle import Triangle

RULES = ["cgt", "generous"]  # what formulas of contracts may ask of the law: the drug models
Row = dict[str, Any]


def force_of(year: int, known: date | None) -> RulesInForce:
    """The law of the drug models in a year; a value-based contract asks nothing of it."""
    return load_rules(RULES, as_known_on=known).in_force(year)


def settle_contract(
    path: Path,
    file: Path | None,
    quality: Path | None,
    followup: Path | None,
    units: Path | None,
    year: int | None,
    known: date | None,
    config: Path | None,
) -> dict[str, Any]:
    """Settle a contract of any kind. Raises what its kind and its door raise."""
    from corridor.programs.contract.read import read_contract

    contract = read_contract(path, known)
    if contract.head.kind == "value":
        return settlement(contract, file, quality, year, known, config).to_dict()
    if file is None:
        raise _needs_file(contract)
    if contract.head.kind == "outcomes_based_agreement":
        from corridor.programs.contract.outcomes import settle_outcomes

        return settle_outcomes(contract, file, followup, known).to_dict()
    from corridor.programs.contract.reference_price import settle_reference

    return settle_reference(contract, file, units, known).to_dict()


def shown_measures(measures: list[Row]) -> list[Row]:
    """Results of measures as they may leave: those that show few people without their figures."""
    from corridor.programs.contract.statement import without_few

    few = int(load_rules(["contract"]).in_force(date.today().year).number("contract.small_cell"))
    return [without_few(one, few) for one in measures]


def _needs_file(contract: Contract) -> CorridorError:
    return CorridorError(
        "CONTRACT-NEEDS-FILE",
        f"The contract {contract.name} is settled from a file.",
        why="Infusions, outcomes and prices do not stand in claims as the schedule asks for them.",
        todo="Name the file; docs/drug-contracts.md says what it holds.",
        file=contract.file,
    )


def figures_of(
    contract: Contract,
    file: Path | None,
    quality: Path | None,
    known: date | None,
    config: Path | None,
    year: int | None = None,
) -> Figures:
    """Figures from a file, or from the claims of the last run."""
    from corridor.programs.contract.claims import claims_figures
    from corridor.programs.contract.figures import read_figures

    if file is not None:
        return read_figures(file, quality, known)
    return claims_figures(contract, quality, known, config, year)


def settlement(
    contract: Contract,
    file: Path | None,
    quality: Path | None,
    year: int | None,
    known: date | None,
    config: Path | None,
) -> Settlement:
    """A value-based contract settled for one year, or for all the figures speak of."""
    from corridor.programs.contract.settle import settle

    figures = figures_of(contract, file, quality, known, config, year)
    years = [year] if year is not None else figures.years()
    return settle(contract, figures, years, force_of(years[0] if years else date.today().year, known))


def explain_contract(
    path: Path,
    file: Path,
    identifier: str,
    quantity: str,
    quality: Path | None,
    followup: Path | None,
    units: Path | None,
    known: date | None,
) -> tuple[Row, Node]:
    """One row of a settlement and the derivation of a quantity of it. Raises CONTRACT-ID."""
    from corridor.programs.contract.read import read_contract

    contract = read_contract(path, known)
    found: Any
    if contract.head.kind == "value":
        found, key = settlement(contract, file, quality, None, known, None), "performance_year"
        quantity = quantity or "settlement_dollars"
    elif contract.head.kind == "outcomes_based_agreement":
        from corridor.programs.contract.outcomes import settle_outcomes

        found, key = settle_outcomes(contract, file, followup, known), "episode"
        quantity = quantity or "net_cost"
    else:
        from corridor.programs.contract.reference_price import settle_reference

        found, key = settle_reference(contract, file, units, known), "invoice"
        quantity = quantity or "invoice_dollars"
    rows = found.rows()
    for place, row in enumerate(rows):
        if not identifier or str(row[key]) == identifier:
            return row, found.explain(place, quantity)
    raise CorridorError(
        "CONTRACT-ID",
        f"The settlement has no row {identifier!r}.",
        why=f"Rows are known by their {key}.",
        todo=f"Use one of: {', '.join(str(row[key]) for row in rows[:10]) or 'none'}.",
        file=file.name,
        field="--id",
    )


def triangle_of(
    file: Path | None, tin: str | None, known: date | None, config: Path | None
) -> tuple[Triangle, list[Row]]:
    """A claims triangle from payments, or from the last run; and what is assumed in it."""
    from corridor.programs.contract.triangle import build, read_payments

    force = load_rules(["contract"]).in_force(date.today().year)
    if file is None:
        from corridor.programs.contract.claims import paid_by_lag

        payments = paid_by_lag(config, known, tin)
    else:
        payments = read_payments(file, known, tin)
    assumed = force.assumptions(["contract.fewest_months", "contract.ibnr_interval"])
    return build(payments, force, file.name if file else None), assumed
