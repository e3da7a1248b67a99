"""The door to the fee schedule: codes, or a file of lines, priced with the installed files and explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from corridor.billing.pricing import RULES_USED, price_requests
from corridor.billing.pricing.codes import MEANING
from corridor.billing.pricing.explain import Explained
from corridor.billing.pricing.noted import Noted
from corridor.billing.pricing.payment import MODEL as PAYMENT
from corridor.billing.pricing.shape import Law, Lines
from corridor.engine.connection import connect, parquet
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.formulas import Node
from corridor.jobs.price_checks import check_number
from corridor.jobs.price_places import find_places
from corridor.law import Rules
from corridor.law.force import UNOFFICIAL
from corridor.reference import reference_tables

TABLES = (
    "reference.pfs_rvu", "reference.pfs_gpci", "reference.pfs_anesthesia", "reference.anesthesia_base_unit",
    "reference.pfs_zip_locality", "reference.pfs_zip9_locality",
)  # fmt: skip
REQUEST = {
    "request_id": "BIGINT", "schedule_date": "DATE", "service_date": "DATE", "qp": "BOOLEAN",
    "hcpcs_code": "VARCHAR", "modifier_1": "VARCHAR", "modifier_2": "VARCHAR",
    "modifier_3": "VARCHAR", "modifier_4": "VARCHAR", "place_of_service_code": "VARCHAR",
    "setting": "VARCHAR", "mac": "VARCHAR", "locality": "VARCHAR", "units": "DECIMAL(18,4)",
    "charge_amount": "DECIMAL(18,2)", "npi": "VARCHAR", "tin": "VARCHAR", "person_id": "BIGINT",
    "specialty_code": "VARCHAR", "participating": "BOOLEAN", "anesthesia_minutes": "DOUBLE",
    "session_id": "VARCHAR",
}  # fmt: skip
EXPLAINED_LINES = 2_000
"""So many lines are derived one by one, to say exactly what lies under them; of more, every rule is named."""


@dataclass(frozen=True)
class Chain:
    """What is known of the payment beside the price: MIPS, what is left of the deductible."""

    mips: float = 0.0
    deductible: float = 0.0


@dataclass
class Prices:
    """The priced lines, what they rest on, and what could not be priced, one warning a kind."""

    rows: list[dict[str, Any]]
    assumptions: list[dict[str, Any]]
    warnings: list[str]
    trees: dict[int, list[Node]] = field(default_factory=dict)

    @property
    def year(self) -> int | None:
        """The year of the first line."""
        days = [row["service_date"] for row in self.rows if row["service_date"] is not None]
        return days[0].year if days else None

    def to_dict(self, explain: bool) -> dict[str, Any]:
        """The answer for machines."""
        rows = self.rows
        if explain:
            rows = [
                {**row, "derivation": [tree.to_dict() for tree in self.trees.get(number, [])]}
                for number, row in enumerate(rows, 1)
            ]
        return {
            "program": "pfs",
            "year": self.year,
            "rows": rows,
            "assumptions": self.assumptions,
            "warnings": self.warnings,
        }


def open_schedule(warehouse: Warehouse, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A connection that sees the installed fee schedule. Raises PRICE-REFERENCE where there is none."""
    con = connect(warehouse.spill, threads=threads)
    con.execute("create schema reference; create schema door")
    for table in reference_tables(warehouse):
        if table.name in TABLES and table.columns is not None:
            types = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
            con.execute(f"create table {table.name} ({types})")
            if table.whole.files:
                columns = ", ".join(f'"{name}"' for name in table.columns)
                con.execute(f"insert into {table.name} select {columns} from {parquet(table.whole.files)}")
    if not con.execute("select 1 from reference.pfs_rvu limit 1").fetchall():
        con.close()
        raise CorridorError(
            "PRICE-REFERENCE",
            "No relative value file of the physician fee schedule is installed.",
            why="Prices are computed from CMS's own files, which Corridor does not ship.",
            todo="Install PPRRVU and GPCI files: corridor reference add FILE...",
        )
    return con


def default_day(con: duckdb.DuckDBPyConnection, year: int | None) -> date:
    """A day on which the newest installed release of a year serves. Raises PRICE-YEAR."""
    found = con.execute(
        "select max(valid_from) from reference.pfs_rvu where year = coalesce(?, (select max(year) from "
        "reference.pfs_rvu))",
        [year],
    ).fetchall()[0][0]
    if found is None:
        years = con.execute("select distinct year from reference.pfs_rvu order by 1").fetchall()
        raise CorridorError(
            "PRICE-YEAR",
            f"No relative value file of {year} is installed.",
            why=f"There are files of {', '.join(str(row[0]) for row in years)}.",
            todo="Install the file of that year: corridor reference add FILE, or name another year.",
            field="--year",
        )
    day: date = found
    return day


def price_lines(
    con: duckdb.DuckDBPyConnection,
    rules: Rules,
    lines: Sequence[dict[str, Any]],
    chain: Chain = Chain(),
    explain: bool = False,
    refuse_zip: bool = True,
) -> Prices:
    """Price lines given as columns of a request (and ``zip``, ``echo``); rows come back in their order.

    refuse_zip   whether a ZIP code that is not in the file is an error; else its lines are not priced
    """
    force = rules.in_force(performance_year=_first_year(lines))
    warnings = find_places(con, lines, refuse_zip)
    _lay_out(con, lines)
    watch = Explained(con) if explain or len(lines) <= EXPLAINED_LINES else None
    noted = Noted()

    def both(law: Law, priced: Lines) -> None:
        noted(law, priced)
        if watch is not None:
            watch(law, priced)

    used = price_requests(con, force, watch=both)
    found = con.execute(
        "select request.hcpcs_code as code, "
        "concat_ws(' ', modifier_1, modifier_2, modifier_3, modifier_4) as modifiers, "
        "request.service_date, price.* exclude (request_id), request.mac, request.locality, "
        "cast(request.units as double) as units, request.qp, request.charge_amount "
        "from door.price_request as request "
        "join door.price as price on price.request_id = request.request_id order by request.request_id"
    )
    names = [column[0] for column in found.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    trees = {number: [tree] for number, tree in (watch.trees if watch else {}).items()}
    paid = _pay(rows, force, chain, trees if explain else {})
    rows = [
        {**given.get("echo", {}), **row, **extra} for given, row, extra in zip(lines, rows, paid, strict=True)
    ]
    assumptions = dict(watch.rules) if watch else _standing(force, used)
    assumptions |= {one["rule"]: one for one in _payment_assumptions(force)}
    if any(line.get("place_of_service_code") and not line.get("setting") for line in lines):
        assumptions |= _standing(force, ["pfs.place_of_service_setting"])
    return Prices(
        rows, [assumptions[name] for name in sorted(assumptions)], warnings + _said(rows, noted), trees
    )


# ---- what is asked


def _first_year(lines: Sequence[dict[str, Any]]) -> int:
    return next((line["service_date"].year for line in lines if line.get("service_date")), date.max.year)


def _lay_out(con: duckdb.DuckDBPyConnection, lines: Sequence[dict[str, Any]]) -> None:
    """The table of requests; everything goes in as text and is typed there."""
    columns = {
        name: np.array([_text(line.get(name)) for line in lines], dtype=object)
        for name in REQUEST
        if name not in ("request_id", "schedule_date")
    }
    columns["request_id"] = np.arange(1, len(lines) + 1)
    columns["schedule_date"] = columns["service_date"]
    con.register("given_lines", columns)
    chosen = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in REQUEST.items())
    con.execute(f"create or replace table door.price_request as select {chosen} from given_lines")
    con.unregister("given_lines")


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


# ---- what is answered


def _pay(
    rows: Sequence[dict[str, Any]], force: Any, chain: Chain, trees: dict[int, list[Node]]
) -> list[dict[str, Any]]:
    """The chain from price to payment; the deductible is used up line after line."""
    left = chain.deductible
    names = ("allowed_amount", "deductible_applied", "coinsurance", "medicare_paid", "sequestration")
    answers: list[dict[str, Any]] = []
    for number, row in enumerate(rows, 1):
        if row["amount"] is None:
            answers.append(dict.fromkeys(names))
            continue
        charge = float("nan") if row["charge_amount"] is None else float(row["charge_amount"])
        found = PAYMENT.evaluate(
            {
                "amount": float(row["amount"]),
                "charge_amount": charge,
                "deductible_left": left,
                "mips_adjustment": chain.mips,
            },
            force,
        )
        answers.append({name: round(float(found[name]), 2) for name in names})
        left = round(left - float(found["deductible_applied"]), 2)
        if number in trees:
            trees[number].append(found.explain(0, "medicare_paid"))
    return answers


def _standing(force: Any, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The rules of a list that are neither codified nor official, as they stand in the year."""
    kept = ("rule", "value", "unit", "status", "cite")
    return {
        name: {key: found.to_dict()[key] for key in kept}
        for name in names
        if name in force and (found := force.history(name)[-1]).status in UNOFFICIAL
    }


def _payment_assumptions(force: Any) -> list[dict[str, Any]]:
    return list(_standing(force, PAYMENT.rule_names()).values())


def _said(rows: Sequence[dict[str, Any]], noted: Noted) -> list[str]:
    """One line for each kind of thing that a reader of the amounts must know, with its count."""
    said = []
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["reason"] is not None:
            kinds.setdefault(row["reason"], []).append(row)
    for reason, found in sorted(kinds.items()):
        # what is wrong with a modifier is told with the modifiers
        parts = ("code", "modifiers") if "modifier" in reason else ("code",)
        shown = _listed({" ".join(str(row[part]) for part in parts if row[part]) for row in found})
        meaning = MEANING.get(reason, "a status of the code that the schedule does not pay")
        status = found[0]["status"].replace("_", " ")
        said.append(f"{_counted(len(found))} {status} ({reason}): {meaning}: {shown}")
    several = noted.units_of_multiple_procedure
    if several:
        said.append(
            f"{_counted(sum(several.values()))} of several units ranked as one service "
            f"(units_of_multiple_procedure): all units at the share of the line: {_listed(several)}"
        )
    in_office = [str(row["code"]) for row in rows if row["na_fallback"] and row["amount"] is not None]
    if in_office:
        said.append(
            f"{_counted(len(in_office))} paid at the facility amount (na_fallback): the file marks an office "
            f"as NA: {_listed(set(in_office))}"
        )
    labels = {row["rvu_edition"] for row in rows if row["rvu_edition"]}
    for label in sorted(label for label in labels if "(" in label):
        count = sum(row["rvu_edition"] == label for row in rows)
        said.append(f"{_counted(count)} priced with the relative value file {label}.")
    national = sum(row["amount"] is not None and not row["mac"] for row in rows)
    if national:
        said.append(f"{_counted(national)} priced at the national amount: no locality, every index 1.000.")
    recovered = sum(bool(row["gpci_edition"]) and "recovered" in row["gpci_edition"] for row in rows)
    if recovered:
        said.append(
            f"{_counted(recovered)} priced with indices solved from published amounts, not CMS's file."
        )
    return said


def _listed(codes: Iterable[str]) -> str:
    ordered = sorted(codes)
    return ", ".join(ordered[:5]) + (", ..." if len(ordered) > 5 else "")


def _counted(count: int) -> str:
    return f"{count:,} {'line' if count == 1 else 'lines'}"


def read_lines(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The lines of a form ``price_lines``, and what is to be said of the file."""
    from corridor.engine.tabular.form import read_form

    form = read_form(path, "price_lines")
    people: dict[str, int] = {}
    lines = []
    for row, number in zip(form.rows, form.lines, strict=True):
        modifiers = str(row["modifiers"] or "").replace(",", " ").upper().split()
        if len(modifiers) > 4:
            raise CorridorError(
                "PRICE-MODIFIERS",
                "A line has more than four modifiers.",
                todo="Keep the four that decide payment.",
                file=path,
                line=number,
                field="modifiers",
            )
        for name in ("units", "charge", "minutes"):
            if row[name] != 0:  # no units at all is a reason of the line, and no minutes are
                check_number(name, None if row[name] is None else float(row[name]), name, path, number)
        patient = row["patient_id"]
        lines.append({
            "service_date": row["date"], "hcpcs_code": str(row["code"]).upper(), "units": row["units"],
            **{f"modifier_{place}": modifier for place, modifier in enumerate(modifiers, 1)},
            "place_of_service_code": row["place"], "charge_amount": row["charge"], "mac": row["mac"],
            "setting": row["setting"] or (None if row["place"] else "non_facility"),
            "locality": row["locality"], "zip": row["zip"], "npi": row["npi"], "tin": row["tin"],
            "person_id": None if patient is None else people.setdefault(str(patient), len(people) + 1),
            "session_id": row["session"], "specialty_code": row["specialty"], "qp": row["qp"],
            "participating": row["participating"], "anesthesia_minutes": row["minutes"],
            "echo": {"line_id": row["line_id"]},
        })  # fmt: skip
    return lines, form.warnings


__all__ = ["RULES_USED", "Chain", "Prices", "default_day", "open_schedule", "price_lines", "read_lines"]
