"""A reference-price rebate settled: prices of countries adjusted and ranked, invoices by quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.engine.tabular.form import read_form
from corridor.errors import CorridorError
from corridor.formulas import Children, Evaluation
from corridor.formulas.walk import to_plain
from corridor.law import load_rules
from corridor.programs.contract.figures import NAN, Row, latest, required
from corridor.programs.contract.price_checks import refuse_excluded, refuse_no_price
from corridor.programs.contract.price_formulas import INVOICES, PRICES
from corridor.programs.contract.quarters import first_of, last_of
from corridor.programs.contract.read import Contract
from corridor.programs.contract.schema_drug import ReferenceTerms

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.law import RulesInForce

OWN = "US"
CHECKED = ("generous.basket", "generous.fewest_countries", "generous.term")
RESULT = (
    "most_favored_nation_price", "guaranteed_net_unit_price", "rebate_per_unit", "invoiced_units",
    "invoice_dollars", "realized_net_price",
)  # fmt: skip
GROUP = ("ndc9", "applies_from", "terms_from")  # within which prices of countries are ranked
PRICE_NUMBERS = ("net_price", "gross_sales", "rebates", "units_sold", "dollars_per_currency")


@dataclass(frozen=True)
class Reference:
    """Invoices of a reference-price contract; ``earlier`` are the versions a restated row replaced."""

    contract: Contract
    units: list[Row]
    prices: list[Row]
    missing: dict[str, list[str]]
    values: Evaluation
    earlier: list[float | None]
    warnings: list[str]

    def rows(self) -> list[Row]:
        """One record a state, quarter and NDC."""
        columns = {name: [to_plain(one) for one in self.values[name].tolist()] for name in RESULT}
        found = []
        for at, unit in enumerate(self.units):
            own = {name: column[at] for name, column in columns.items()}
            before = self.earlier[at]
            binds = abs(own["realized_net_price"] - own["guaranteed_net_unit_price"]) > 0.005
            found.append(
                {
                    "invoice": invoice_name(unit),
                    **{name: unit[name] for name in ("state", "quarter", "ndc9", "program")},
                    "reported_quarter": unit["reported_quarter"] or unit["quarter"],
                    "retroactive": (unit["reported_quarter"] or unit["quarter"]) > unit["quarter"],
                    "wac": float(unit["wac"]),
                    "ura": float(unit["ura"]),
                    **own,
                    "floor_binds": binds,
                    "invoiced_before": before,
                    "true_up_dollars": None if before is None else own["invoice_dollars"] - before,
                }
            )
        return found

    def price_rows(self) -> list[Row]:
        """The adjusted prices with their rank, one record an NDC, day they apply from, and country."""
        adjusted = self.values.children["prices"].evaluation
        names = ("net_price", "price_adjuster", "adjusted_price")
        columns = {name: adjusted[name].tolist() for name in names}
        found: dict[tuple[Any, ...], Row] = {}
        for at, price in enumerate(self.prices):
            key = (price["ndc9"], str(price["applies_from"]), price["country"], price["terms_from"])
            found.setdefault(key, {**_named(price), **{name: columns[name][at] for name in names}})
        listed = sorted(
            found.values(), key=lambda one: (*(str(one[name]) for name in GROUP), one["adjusted_price"])
        )
        ranks: dict[tuple[Any, ...], int] = {}
        for one in listed:
            group = tuple(one[name] for name in GROUP)
            ranks[group] = one["rank"] = ranks.get(group, 0) + 1
        return listed

    def explain(self, place: int, quantity: str = "invoice_dollars") -> Node:
        """The derivation of a quantity of one invoice. Raises CONTRACT-QUANTITY."""
        if quantity not in INVOICES.formulas:
            raise CorridorError(
                "CONTRACT-QUANTITY",
                f"An invoice has no quantity {quantity!r}.",
                todo=f"Use one of: {', '.join(INVOICES.formulas)}.",
                field="--quantity",
            )
        return self.values.explain(place, quantity)

    def assumptions(self) -> list[Row]:
        """Parameters not codified or official: those of the formulas, and of who and what is compared."""
        found = {one["rule"]: one for one in self.values.force.assumptions(CHECKED)}
        found |= {one["rule"]: one for one in self.values.assumptions()}
        return [found[rule] for rule in sorted(found)]

    def to_dict(self) -> dict[str, Any]:
        """Everything for machines."""
        return {
            "program": "contract",
            "contract": self.contract.name,
            "title": self.contract.head.title,
            "kind": self.contract.head.kind,
            "fictitious": self.contract.head.fictitious,
            "as_known_on": None if self.contract.known_on is None else str(self.contract.known_on),
            "year": None,
            "rows": self.rows(),
            "prices": self.price_rows(),
            "missing_countries": self.missing,
            "assumptions": self.assumptions(),
            "warnings": self.warnings,
        }


def _named(price: Row) -> Row:
    return {name: price[name] for name in ("ndc9", "country", "applies_from", "terms_from")}


def invoice_name(unit: Row) -> str:
    """What an invoice is called: state, quarter, NDC, and the program where there is one."""
    named = [unit["state"], unit["quarter"], unit["ndc9"], unit["program"]]
    return "-".join(str(one) for one in named if one)


def settle_reference(contract: Contract, file: Path, units: Path | None, known_on: date | None) -> Reference:
    """Adjust and rank the prices (form contract_prices), invoice the units (form contract_units).

    Each quarter has the terms that hold on its first day. Raises FORM-*, CONTRACT-REQUIRED, CONTRACT-COUNTRY,
    CONTRACT-COUNTRIES, CONTRACT-FIGURE, CONTRACT-UNITS and CONTRACT-TWICE.
    """
    held = {one: _held(contract, one) for one in [contract.head.term.start, *_later(contract)]}
    force = load_rules(["generous"], as_known_on=known_on).in_force(contract.head.term.start.year)
    form = read_form(file, "contract_prices")
    prices = latest(form.rows, form.lines, ("ndc9", "country", "applies_from"), known_on, form.file)
    for _, gdp in held.values():
        _check_prices(prices, contract, gdp, force, form.file)
    if units is None:
        raise CorridorError(
            "CONTRACT-UNITS",
            "There are no units to invoice.",
            why="A rebate is invoiced per unit, with the WAC and URA of its quarter.",
            todo="Give --units FILE (form contract_units).",
            file=form.file,
        )
    used = read_form(units, "contract_units")
    key = ("state", "quarter", "ndc9", "program")
    rows = latest(used.rows, used.lines, key, known_on, used.file)
    required(
        rows, "ura", lambda row: True, used.file, "The statutory rebate of the quarter comes off first.",
        "Take the unit rebate amount of the quarter of dispensing from CMS's quarterly file to the state.",
    )  # fmt: skip
    warnings = [*form.warnings, *used.warnings]
    refuse_excluded(rows, used.file)
    kept = [row for row in rows if _counts(row, contract, held, force, warnings, used.file)]
    values, laid = _evaluate(kept, prices, contract, held, form.file, used.file, force)
    before = _before(kept, used.rows, used.lines, known_on)
    old = [(at, row) for at, row in enumerate(before) if row is not None]
    earlier: list[float | None] = [None] * len(kept)
    if old:
        refuse_excluded([row for _, row in old], used.file)
        past, _ = _evaluate([row for _, row in old], prices, contract, held, form.file, used.file, force)
        for (at, _), dollars in zip(old, past["invoice_dollars"].tolist(), strict=True):
            earlier[at] = float(dollars)
    basket = [str(row["country"]) for row in force.rows("generous.basket")]
    missing = {
        ndc: [one for one in basket if one not in {row["country"] for row in prices if row["ndc9"] == ndc}]
        for ndc in sorted({row["ndc9"] for row in prices})
    }
    return Reference(contract, kept, laid, missing, values, earlier, warnings)


def _later(contract: Contract) -> list[date]:
    """Days within the term from which other terms hold."""
    first, last = contract.head.term.start, contract.head.term.through
    return sorted({one.start for one in contract.versions if first < one.start <= last})


def _held(contract: Contract, day: date) -> tuple[ReferenceTerms, dict[str, float]]:
    """The terms of a day and their GDP per person. Raises CONTRACT-TERM and CONTRACT-REQUIRED."""
    terms = contract.terms_on(day)
    assert isinstance(terms, ReferenceTerms)
    return terms, _required_terms(contract, terms)


def _day_of(contract: Contract, quarter: str) -> date:
    """The day whose terms a quarter has: its first, or that of the term where it begins within it."""
    return max(first_of(quarter), contract.head.term.start)


def _required_terms(contract: Contract, terms: ReferenceTerms) -> dict[str, float]:
    for name, value, where in (
        ("cap_adjuster_at_one", terms.cap_adjuster_at_one, "the definition of the most-favored-nation price"),
        ("gdp", terms.gdp, "the table of GDP per person that CMS supplies for the year"),
    ):
        if value is None:
            raise CorridorError(
                "CONTRACT-REQUIRED",
                f"The contract {contract.name} does not state {name}.",
                why="No published text of GENEROUS settles it, and it moves the price.",
                todo=f"Add {name} from {where} in the participation agreement with CMS.",
                file=contract.file,
                line=contract.document.line(("terms",)),
                field=name,
            )
    gdp = {one.country.upper(): one.per_person for one in terms.gdp or []}
    if OWN not in gdp:
        raise _no_gdp(contract.file, OWN, contract.document.line(("terms",)))
    return gdp


def _no_gdp(file: str, country: str, line: int | None) -> CorridorError:
    return CorridorError(
        "CONTRACT-REQUIRED",
        f"There is no GDP per person of {country}.",
        why="Prices are compared at the income of the US.",
        todo=f"Add {country} to gdp in the contract, from the table CMS supplies for the year.",
        file=file,
        line=line,
        field="gdp",
    )


def _check_prices(
    prices: Sequence[Row], contract: Contract, gdp: dict[str, float], force: RulesInForce, file: str
) -> None:
    basket = [str(row["country"]) for row in force.rows("generous.basket")]
    sets: dict[tuple[Any, ...], set[str]] = {}
    for row in prices:
        if row["country"] not in basket:
            raise CorridorError(
                "CONTRACT-COUNTRY",
                f"{row['country']} is not in the basket.",
                why=f"Prices of {', '.join(basket)} are compared.",
                todo="Remove the row, or write the country with its two letters.",
                file=file,
                line=row["line"],
                field="country",
                rule="generous.basket",
            )
        if row["country"] not in gdp:
            raise _no_gdp(contract.file, row["country"], contract.document.line(("terms",)))
        required(
            [row],
            "net_price",
            lambda one: any(one[name] is None for name in PRICE_NUMBERS[1:]) or not one["units_sold"],
            file,
            "The price of the country would be a guess.",
            "Give net_price, or gross_sales, rebates, units_sold and dollars_per_currency.",
        )
        refuse_no_price(row, file)
        sets.setdefault((row["ndc9"], row["applies_from"]), set()).add(row["country"])
    fewest = int(force.number("generous.fewest_countries"))
    for (ndc, day), countries in sets.items():
        if len(countries) < fewest:
            raise CorridorError(
                "CONTRACT-COUNTRIES",
                f"NDC {ndc} has fewer than two reference countries"
                + (f" from {day}." if day else ".")
                + f" Priced: {', '.join(sorted(countries))}.",
                why="The second lowest price needs two; no published rule says what holds with fewer.",
                todo="Agree the price with CMS by hand, or add the prices of the other countries.",
                file=file,
                field="country",
                rule="generous.fewest_countries",
            )


Held = dict[date, tuple[ReferenceTerms, dict[str, float]]]


def _counts(
    row: Row, contract: Contract, held: Held, force: RulesInForce, warnings: list[str], file: str
) -> bool:
    term, own = force.rows("generous.term")[0], contract.head.term
    day = _day_of(contract, row["quarter"])
    terms = held[max(one for one in held if one <= day)][0]
    why = ""
    if not first_of(row["quarter"]) <= own.through or last_of(row["quarter"]) < own.start:
        why = f"{row['quarter']} is outside the term of the contract"
    elif row["ndc9"] not in terms.ndc9:
        why = f"NDC {row['ndc9']} is not in the contract"
    elif row["state"] not in {one.upper() for one in terms.states}:
        why = f"the state {row['state']} is not in the contract"
    elif not term["first_day"] <= first_of(row["quarter"]) <= term["last_day"]:
        why = f"{row['quarter']} is outside the model"
    if why:
        warnings.append(f"{file}, line {row['line']}: left out, {why}")
    return not why


def _before(
    kept: Sequence[Row], rows: Sequence[Row], lines: Sequence[int], known_on: date | None
) -> list[Row | None]:
    key = ("state", "quarter", "ndc9", "program")
    versions: dict[tuple[Any, ...], list[Row]] = {}
    for row, line in zip(rows, lines, strict=True):
        if known_on is None or row["known"] is None or row["known"] <= known_on:
            versions.setdefault(tuple(row[name] for name in key), []).append({**row, "line": line})
    found: list[Row | None] = []
    for row in kept:
        mine = sorted(versions[tuple(row[name] for name in key)], key=lambda one: one["known"] or date.min)
        found.append(mine[-2] if len(mine) > 1 else None)
    return found


def _evaluate(
    units: Sequence[Row],
    prices: Sequence[Row],
    contract: Contract,
    held: Held,
    price_file: str,
    unit_file: str,
    force: RulesInForce,
) -> tuple[Evaluation, list[Row]]:
    laid: list[tuple[int, Row]] = []
    agreed = []
    for at, unit in enumerate(units):
        start = max(one for one in held if one <= _day_of(contract, unit["quarter"]))
        agreed.append(held[start])
        mine = [row for row in prices if row["ndc9"] == unit["ndc9"]]
        days = [row["applies_from"] or date.min for row in mine]
        priced = [day for day in days if day <= first_of(unit["quarter"])]
        if not priced:
            raise CorridorError(
                "CONTRACT-COUNTRIES",
                f"NDC {unit['ndc9']} has no reference prices for {unit['quarter']}.",
                why="Its rebate follows from them.",
                todo="Give their rows, with the day they apply from.",
                file=price_file,
                field="ndc9",
            )
        laid += [
            (at, {**row, "terms_from": start})
            for row in mine
            if (row["applies_from"] or date.min) == max(priced)
        ]

    def column(values: Sequence[Any]) -> Any:
        return np.array([NAN if one is None else float(one) for one in values], dtype=np.float64)

    rows = [row for _, row in laid]
    inputs = {name: column([row[name] for row in rows]) for name in PRICE_NUMBERS}
    inputs["gdp_us"] = column([agreed[at][1][OWN] for at, _ in laid])
    inputs["gdp_country"] = column([agreed[at][1][row["country"]] for at, row in laid])
    inputs["cap_adjuster_at_one"] = column([agreed[at][0].cap_adjuster_at_one for at, _ in laid])
    adjusted = PRICES.evaluate(
        inputs,
        force,
        groups={"invoice": [invoice_name(units[at]) for at, _ in laid]},
        labels=[f"{row['country']}" for row in rows],
        evidence=lambda row, quantity: (
            f"{price_file}, line {rows[row]['line']}"
            if quantity in PRICE_NUMBERS
            else "terms of the contract"
        ),
    )
    values = INVOICES.evaluate(
        {
            "wac": column([row["wac"] for row in units]),
            "ura": column([row["ura"] for row in units]),
            "units": column([row["units"] for row in units]),
            "excluded_units": column([row["excluded_units"] or 0 for row in units]),
        },
        force,
        children={"prices": Children(adjusted, np.array([at for at, _ in laid], dtype=np.int64))},
        labels=[invoice_name(row) for row in units],
        evidence=lambda row, quantity: f"{unit_file}, line {units[row]['line']}",
    )
    return values, rows
