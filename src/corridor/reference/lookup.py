"""The third door: one NPI or TIN in installed public files, and what is at risk for it each year.

It needs no claims and no run: the law, the installed references, and for a TIN a loaded roster.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from corridor.engine.connection import connect, quote
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.law import Rules
from corridor.law.force import UNOFFICIAL
from corridor.reference.installed import Installed, installed
from corridor.reference.numbers import npi_is_valid

PROGRAM = "asm"
_USED = ("asm_participant_list", "physician_by_provider")
_ROSTER = "org_raw.provider_roster"
# What the by-provider file is, and is not; shown with every figure drawn from it.
_BASE_NOTES = (
    "Part B base: what Medicare paid the clinician in the year of the by-provider file, under all TINs "
    "together; drugs are left out where the file tells them apart.",
    "The base is held level until the payment years; ASM multiplies what is paid in the payment year itself.",
    "Counts under eleven patients are not published: a clinician without a row may still bill Part B.",
)


@dataclass(frozen=True)
class Lookup:
    """What public files say of one NPI or TIN.

    rows         one per clinician and payment year: base and dollars at risk, down and up
    clinicians   one per clinician: name, specialty, place, base, CMS's list
    assumptions  parameters under the result that are neither codified nor official
    missing      reference files that are not installed, and what they would add
    """

    kind: str
    value: str
    rows: list[dict[str, Any]]
    clinicians: list[dict[str, Any]]
    assumptions: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    missing: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: Sequence[str] = _BASE_NOTES

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "program": PROGRAM,
            "year": self.rows[0]["performance_year"] if self.rows else None,
            "npi": self.value if self.kind == "npi" else None,
            "tin": self.value if self.kind == "tin" else None,
            "clinicians": self.clinicians,
            "rows": self.rows,
            "assumptions": self.assumptions,
            "sources": self.sources,
            "missing": self.missing,
            "notes": list(self.notes),
            "warnings": self.warnings,
        }


def look_up(identifier: str, warehouse: Warehouse, rules: Rules) -> Lookup:
    """Look up an NPI (ten digits) or a TIN (nine). ``rules`` must hold program asm.

    A TIN is known by its clinicians: they come from the loaded roster.
    Errors: LOOKUP-IDENTIFIER, LOOKUP-NOTHING-INSTALLED, LOOKUP-NO-ROSTER, LOOKUP-UNKNOWN-TIN.
    """
    kind, value = _kind(identifier)
    warnings = [] if kind == "tin" or npi_is_valid(value) else ["The check digit of this NPI is wrong."]
    have = {one.name for one in installed(warehouse) if one.name in _USED}
    if not have:
        raise CorridorError(
            "LOOKUP-NOTHING-INSTALLED",
            "No public file is installed.",
            why="The look-up reads CMS's ASM participant list and its payments by provider.",
            todo="Download them from data.cms.gov, then: corridor reference add FILE...",
            file=warehouse.home,
        )
    npis = [value] if kind == "npi" else _clinicians_of(warehouse, value)
    found = _read(warehouse, npis)
    years, assumptions = _years(rules)
    clinicians = [_clinician(npi, found, have) for npi in npis]
    return Lookup(
        kind,
        value,
        [row for clinician in clinicians for row in _dollars(clinician, years)],
        clinicians,
        assumptions,
        [{"reference": one.name, "vintage": one.vintage, "rows": one.rows} for one in _newest(warehouse)],
        _missing(have),
        warnings,
    )


def _kind(identifier: str) -> tuple[str, str]:
    digits = re.sub(r"[\s-]", "", identifier)
    if digits.isascii() and digits.isdigit():
        if len(digits) == 10:
            return "npi", digits
        if len(digits) == 9:
            return "tin", digits
    raise CorridorError(
        "LOOKUP-IDENTIFIER",
        f"{identifier!r} is neither an NPI nor a TIN.",
        why="An NPI has ten digits, a TIN nine.",
        todo="Type the digits alone, leading zeros included.",
        field="NPI|TIN",
    )


def _clinicians_of(warehouse: Warehouse, tin: str) -> list[str]:
    """The NPIs of a TIN in the loaded rosters, in order."""
    parts = [path for delivery in warehouse.deliveries() for path in delivery.parts(_ROSTER)]
    if not parts:
        raise CorridorError(
            "LOOKUP-NO-ROSTER",
            "No roster is loaded, so the clinicians of a TIN are unknown.",
            why="CMS's public files name organizations, not their TINs.",
            todo="Load the practice's roster: corridor load roster FILE. Or look up each NPI.",
        )
    listed = ", ".join(quote(str(path)) for path in parts)
    with connect() as con:
        rows = f"read_parquet([{listed}], union_by_name = true)"
        found = con.execute(f"select distinct npi from {rows} where tin = ? order by npi", [tin]).fetchall()
    if not found:
        raise CorridorError(
            "LOOKUP-UNKNOWN-TIN",
            "The loaded roster names no clinician under this TIN.",
            todo="Check the number, or load a newer roster: corridor load roster FILE",
        )
    return [str(npi) for (npi,) in found]


def _newest(warehouse: Warehouse) -> list[Installed]:
    """The edition each reference answers from: a final list before a preliminary one, then the newest."""
    found = []
    for used in _USED:
        editions = list(installed(warehouse, used))
        if editions:
            found.append(
                max(editions, key=lambda one: (one.record.get("stage") != "preliminary", one.vintage))
            )
    return found


def _read(warehouse: Warehouse, npis: Sequence[str]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Reference name -> NPI -> its rows: of the newest ASM list, of every year of payments, newest first."""
    files = {one.name: one.parts for one in _newest(warehouse)}
    payments = [part for one in installed(warehouse, "physician_by_provider") for part in one.parts]
    if payments:
        files["physician_by_provider"] = tuple(payments)
    found: dict[str, dict[str, list[dict[str, Any]]]] = {used: {} for used in _USED}
    orders = {
        "asm_participant_list": "organization_legal_name",
        "physician_by_provider": "year desc, vintage desc",
    }
    marks = ", ".join("?" for _ in npis)
    with connect() as con:
        for reference, parts in files.items():
            listed = ", ".join(quote(str(part)) for part in parts)
            result = con.execute(
                f"select * from read_parquet([{listed}], union_by_name = true) where npi in ({marks}) "
                f"order by npi, {orders[reference]}",
                list(npis),
            )
            columns = [column[0] for column in result.description or ()]
            for row in result.fetchall():
                values = dict(zip(columns, row))
                found[reference].setdefault(str(values["npi"]), []).append(values)
    return found


def _clinician(
    npi: str, found: Mapping[str, Mapping[str, list[dict[str, Any]]]], have: set[str]
) -> dict[str, Any]:
    paid = (found["physician_by_provider"].get(npi) or [{}])[0]
    listed = found["asm_participant_list"].get(npi, [])
    base = paid.get("medical_paid")
    basis = "medical services, drugs left out"
    if base is None:
        base, basis = paid.get("medicare_paid"), "all services, drugs included"
    return {
        "npi": npi,
        "name": paid.get("name") or _name(listed),
        "specialty": paid.get("specialty"),
        "place": ", ".join(str(paid[key]) for key in ("city", "state", "zip") if paid.get(key)) or None,
        "listed_by_cms": bool(listed) if "asm_participant_list" in have else None,
        "programs": [_program(row) for row in listed],
        "part_b_paid": _number(base),
        "part_b_year": paid.get("year"),
        "part_b_basis": None if base is None else basis,
        "medicare_paid": _number(paid.get("medicare_paid")),
        "beneficiaries": paid.get("beneficiaries"),
    }


def _name(listed: Sequence[Mapping[str, Any]]) -> str | None:
    if not listed:
        return None
    return ", ".join(str(listed[0][key]) for key in ("last_name", "first_name") if listed[0].get(key)) or None


def _program(row: Mapping[str, Any]) -> dict[str, Any]:
    flags = {
        2000 + int(column[len("asm_cy") :][:2]): value
        for column, value in row.items()
        if column.startswith("asm_cy") and column.endswith("_participant")
    }
    return {
        "program": PROGRAM,
        "cohort": row["asm_cohort"],
        "organization": row["organization_legal_name"],
        "small_practice": row["asm_cy27_smallpractice"],
        "list_stage": row["list_stage"],
        "vintage": row["vintage"],
        "performance_years": {str(year): value for year, value in sorted(flags.items()) if value is not None},
    }


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, Decimal | int | float) else None


# ---- dollars -------------------------------------------------------------------------------------


def _years(rules: Rules) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Every payment year with its share at risk; the parameters that are not codified or official."""
    first = rules.first_year(PROGRAM)
    assert first is not None
    calendar = rules.in_force(performance_year=first).rows("asm.performance_years")
    years: list[dict[str, Any]] = []
    assumptions: list[dict[str, Any]] = []
    for row in calendar:
        performance_year, payment_year = int(row["performance_year"]), int(row["payment_year"])
        force = rules.in_force(performance_year, payment_year)
        risk = force["asm.risk_level"]
        years.append(
            {
                "performance_year": performance_year,
                "payment_year": payment_year,
                "risk_level": float(risk.value),
            }
        )
        if risk.status in UNOFFICIAL or risk.overridden:
            assumptions.append({**risk.to_dict(), "payment_year": payment_year})
    return years, assumptions


def _dollars(clinician: Mapping[str, Any], years: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """At most ``risk_level`` of the base is lost, or added, in a payment year (42 CFR 512.750)."""
    base = clinician["part_b_paid"]
    flags: dict[str, str] = {}
    for program in clinician["programs"]:
        flags.update(program["performance_years"])
    return [
        {
            "npi": clinician["npi"],
            **year,
            "listed": flags.get(str(year["performance_year"])),
            "part_b_paid": base,
            "dollars_at_risk_low": None if base is None else -year["risk_level"] * base,
            "dollars_at_risk_high": None if base is None else year["risk_level"] * base,
        }
        for year in years
    ]


def _missing(have: set[str]) -> list[str]:
    wanted = {
        "asm_participant_list": "CMS's ASM participant list, to say whether a clinician is in",
        "physician_by_provider": "Medicare payments by provider, to say how many dollars move",
    }
    return [f"{used}: {wanted[used]}" for used in _USED if used not in have]
