"""The two sides of an impact: an installed schedule, the proposed one of a year, or one of your own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corridor.engine.connection import parquet
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.law import RulesInForce
from corridor.reference import reference_tables

PROPOSED = "-proposed"
# What a pricing reads of the installed files; the others (ZIP codes, published amounts) stay where they are.
TABLES = (
    "reference.pfs_rvu",
    "reference.pfs_gpci",
    "reference.pfs_anesthesia",
    "reference.pfs_opps_cap",
    "reference.anesthesia_base_unit",
)
_PLACE = "coalesce(? = mac, true) and coalesce(? = locality, true)"  # of a part: all where it names none
NATIONAL = ("00000", "00")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class RvuScale(_Strict):
    """Factors on relative value units, of all codes or of some (``99213`` or ``99202-99215``)."""

    codes: tuple[str, ...] = ()
    work: float = Field(1.0, ge=0)
    practice_expense: float = Field(1.0, ge=0)
    malpractice: float = Field(1.0, ge=0)


class Gpci(_Strict):
    """Indices of a locality in place of the installed ones; without mac and locality those of all."""

    mac: str | None = None
    locality: str | None = None
    work: float | None = Field(None, ge=0)
    practice_expense: float | None = Field(None, ge=0)
    malpractice: float | None = Field(None, ge=0)


class OwnScenario(_Strict):
    """A scenario file: what it starts from, and what is different."""

    base: str
    name: str | None = None
    conversion_factor: float | None = Field(None, gt=0)
    conversion_factor_qp: float | None = Field(None, gt=0)
    rvu: tuple[RvuScale, ...] = ()
    gpci: tuple[Gpci, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """One side: which schedule, of which year, with what of one's own.

    qp  the status every line is priced with; None: as the line says
    """

    name: str
    year: int
    release: str | None = None
    proposed: bool = False
    qp: bool | None = None
    own: OwnScenario = field(default_factory=lambda: OwnScenario(base=""))

    @property
    def overrides(self) -> dict[str, float]:
        """The rules the scenario replaces."""
        given = {
            "pfs.conversion_factor": self.own.conversion_factor,
            "pfs.conversion_factor_qp": self.own.conversion_factor_qp or self.own.conversion_factor,
        }
        return {name: value for name, value in given.items() if value is not None}


def read_scenario(text: str, option: str, qp: bool | None = None) -> Scenario:
    """``2026``, ``2026C`` (a release), ``2027-proposed``, or the path of a TOML file.

    Raises IMPACT-SCENARIO, and IMPACT-SCENARIO-FILE for a file that is not well formed.
    """
    if text.lower().endswith(".toml"):
        own = _own(Path(text), option)
        if own.base.lower().endswith(".toml"):
            raise _not_known(own.base, f"{option} base")
        base = read_scenario(own.base, f"{option} base", qp)
        return replace(base, name=own.name or Path(text).stem, own=own)
    stem = text.removesuffix(PROPOSED)
    year, release = stem[:4], stem[4:].upper()
    if not (year.isdigit() and len(year) == 4 and (not release or release.isalpha())):
        raise _not_known(text, option)
    return Scenario(text, int(year), release or None, text.endswith(PROPOSED), qp)


def _not_known(text: str, option: str) -> CorridorError:
    return CorridorError(
        "IMPACT-SCENARIO",
        f"{text!r} is no schedule.",
        why="A schedule is a year, a release of it, a proposed year, or a scenario file.",
        todo="Write for instance 2026, 2026C, 2027-proposed, or scenario.toml.",
        field=option,
    )


def _own(path: Path, option: str) -> OwnScenario:
    try:
        loaded = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return OwnScenario.model_validate(loaded)
    except (OSError, UnicodeDecodeError) as error:
        raise CorridorError(
            "IMPACT-SCENARIO-FILE", "The scenario file cannot be read.", todo="Check the path.", file=path
        ) from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        where = ""
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            where, what = ".".join(map(str, first["loc"])), str(first["msg"])
        else:
            what = str(error)
        raise CorridorError(
            "IMPACT-SCENARIO-FILE",
            f"The scenario file is not well formed: {what[0].lower() + what[1:]}.",
            todo="docs/impact.md shows what it may hold.",
            file=path,
            field=where or option,
        ) from error


def read_reference(con: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> None:
    """Make ``installed.<table>`` of every installed reference a pricing reads; empty where not installed."""
    con.execute("create schema if not exists installed; create schema if not exists reference")
    for table in reference_tables(warehouse):
        if table.name not in TABLES or table.columns is None:
            continue
        short = table.name.partition(".")[2]
        types = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
        con.execute(f"create or replace table installed.{short} ({types})")
        if table.whole.files:
            columns = ", ".join(f'"{name}"' for name in table.columns)
            con.execute(f"insert into installed.{short} select {columns} from {parquet(table.whole.files)}")
        if short != "pfs_rvu":  # a table the pricer reads in any case
            con.execute(f"create or replace table reference.{short} as select * from installed.{short}")


def lay_out(con: duckdb.DuckDBPyConnection, scenario: Scenario) -> tuple[date, str]:
    """Make ``reference.pfs_rvu`` and ``reference.pfs_gpci`` as a scenario has them.

    Returns the day whose schedule applies, and which relative value file that is (``2026C``).
    Raises IMPACT-SCHEDULE where the year or release is not installed.
    """
    for short in ("pfs_rvu", "pfs_gpci", "pfs_anesthesia"):
        if _has(con, short):
            con.execute(f"create or replace table reference.{short} as select * from installed.{short}")
    year, release, day = _edition(con, scenario)
    if scenario.proposed:
        # The proposed factors on the newest file: what CMS would publish for the year is not known.
        day_of_year = date(scenario.year, 1, 1)
        con.execute(
            "insert into reference.pfs_rvu select * replace (cast(? as integer) as year, 'A' as release, "
            "cast(? as date) as valid_from) from installed.pfs_rvu where year = ? and release = ?",
            [scenario.year, day_of_year, year, release],
        )
        for short in ("pfs_gpci", "pfs_anesthesia"):
            if _has(con, short) and not _years(con, short, scenario.year):
                con.execute(
                    f"insert into reference.{short} select * replace (cast(? as integer) as year) "
                    f"from installed.{short} where year = (select max(year) from installed.{short})",
                    [scenario.year],
                )
        day = day_of_year
    _national(con)
    _refuse_unmatched(con, scenario)
    _scale(con, scenario)
    return day, f"{year}{release}"


def _edition(con: duckdb.DuckDBPyConnection, scenario: Scenario) -> tuple[int, str, date]:
    listed = con.execute(
        "select year, release, min(valid_from) from installed.pfs_rvu group by all order by 3, 1, 2"
        if _has(con, "pfs_rvu")
        else "select 0, '', date '2000-01-01' where false"
    ).fetchall()
    fitting = [
        one
        for one in listed
        if (scenario.proposed or one[0] == scenario.year) and scenario.release in (None, one[1])
    ]
    if not fitting:
        have = ", ".join(f"{year}{release}" for year, release, _ in listed) or "none"
        raise CorridorError(
            "IMPACT-SCHEDULE",
            f"The relative value file of {scenario.year}{scenario.release or ''} is not installed.",
            why=f"Installed: {have}.",
            todo="Install it: corridor reference add PPRRVU....csv GPCI....csv",
            field=scenario.name,
        )
    year, release, day = fitting[-1]
    return int(year), str(release), day


def _has(con: duckdb.DuckDBPyConnection, short: str) -> bool:
    found = con.execute(
        "select 1 from information_schema.tables where table_schema = 'installed' and table_name = ?", [short]
    ).fetchone()
    return found is not None


def _years(con: duckdb.DuckDBPyConnection, short: str, year: int) -> bool:
    return (
        con.execute(f"select 1 from reference.{short} where year = ? limit 1", [year]).fetchone() is not None
    )


def _national(con: duckdb.DuckDBPyConnection) -> None:
    """A locality of indices 1, for volumes without one: the national amount of CMS's look-up tool."""
    present = [row[0] for row in con.execute("describe reference.pfs_gpci").fetchall()]
    values = {
        "mac": f"'{NATIONAL[0]}'", "locality": f"'{NATIONAL[1]}'", "locality_name": "'national'",
        "work_gpci": "1", "pe_gpci": "1", "mp_gpci": "1", "basis": "'official'",
    }  # fmt: skip
    chosen = ", ".join(values.get(name, "year" if name == "year" else "null") for name in present)
    con.execute(
        f"insert into reference.pfs_gpci select {chosen} from "
        "(select distinct year from reference.pfs_rvu union select distinct year from reference.pfs_gpci)"
    )


def _scale(con: duckdb.DuckDBPyConnection, scenario: Scenario) -> None:
    for scale in scenario.own.rvu:
        chosen = [_span(one) for one in scale.codes]
        where = " or ".join("hcpcs_code between ? and ?" for _ in chosen) or "true"
        parts: dict[str, Any] = {
            "work_rvu": scale.work, "non_facility_pe_rvu": scale.practice_expense,
            "facility_pe_rvu": scale.practice_expense, "mp_rvu": scale.malpractice,
        }  # fmt: skip
        sets = ", ".join(f"{name} = cx_round_half_up({name} * {value!r}, 2)" for name, value in parts.items())
        con.execute(
            f"update reference.pfs_rvu set {sets} where year = ? and ({where})",
            [scenario.year, *(end for span in chosen for end in span)],
        )
    for gpci in scenario.own.gpci:
        given = {"work_gpci": gpci.work, "pe_gpci": gpci.practice_expense, "mp_gpci": gpci.malpractice}
        sets = ", ".join(f"{name} = {value!r}" for name, value in given.items() if value is not None)
        if sets:
            con.execute(
                f"update reference.pfs_gpci set {sets} where year = ? and {_PLACE}",
                [scenario.year, gpci.mac, gpci.locality],
            )


def _refuse_unmatched(con: duckdb.DuckDBPyConnection, scenario: Scenario) -> None:
    """Refuse a part of a scenario that changes nothing: a code or a locality that is not installed."""
    for place, scale in enumerate(scenario.own.rvu):
        for codes in scale.codes:
            where = "hcpcs_code between ? and ?"
            if not _any(con, "pfs_rvu", where, [scenario.year, *_span(codes)]):
                raise _unmatched(scenario, f"rvu.{place}.codes", f"no code {codes} has relative values")
    for place, gpci in enumerate(scenario.own.gpci):
        if gpci.work is None and gpci.practice_expense is None and gpci.malpractice is None:
            raise _unmatched(scenario, f"gpci.{place}", "it names no index")
        if not _any(con, "pfs_gpci", _PLACE, [scenario.year, gpci.mac, gpci.locality]):
            named = " ".join(
                f"{name} {value}" for name, value in (("mac", gpci.mac), ("locality", gpci.locality)) if value
            )
            raise _unmatched(scenario, f"gpci.{place}", f"there are no indices of {named}")


def _any(con: duckdb.DuckDBPyConnection, table: str, where: str, values: list[Any]) -> bool:
    query = f"select 1 from reference.{table} where year = ? and {where} limit 1"
    return con.execute(query, values).fetchone() is not None


def _unmatched(scenario: Scenario, field: str, why: str) -> CorridorError:
    return CorridorError(
        "IMPACT-SCENARIO-PART",
        f"A part of the scenario {scenario.name} changes nothing.",
        why=f"In {scenario.year} {why}.",
        todo="Correct it, or leave it out.",
        field=field,
    )


def below_floors(
    con: duckdb.DuckDBPyConnection, force: RulesInForce, scenario: Scenario, day: date
) -> list[str]:
    """One warning a given index that is priced at a floor instead, of all or of some of its localities."""
    from corridor.billing.pricing.day import RulesOnDay

    law = RulesOnDay(force, day)
    national = law.number("pfs.work_gpci_floor") if "pfs.work_gpci_floor" in law else 0.0
    floors = {(row["state"], row["component"]): float(row["floor"]) for row in law.rows("pfs.gpci_floor")}
    warnings = []
    for gpci in scenario.own.gpci:
        states = con.execute(
            f"select distinct state from reference.pfs_gpci where year = ? and {_PLACE} order by state",
            [scenario.year, gpci.mac, gpci.locality],
        ).fetchall()
        for component, words, given, floor in (
            ("work", "work", gpci.work, national),
            ("pe", "practice expense", gpci.practice_expense, 0.0),
        ):
            least = {max(floor, floors.get((state, component), 0.0)) for (state,) in states}
            over = sorted(one for one in least if given is not None and given < one)
            if over:
                listed = " or ".join(f"{one:.3f}" for one in over)
                warnings.append(
                    f"{scenario.name}: the {words} index {given:.3f} of {gpci.mac or 'all contractors'}, "
                    f"{gpci.locality or 'all localities'}, is below a floor in force: where one holds it is "
                    f"priced at {listed}."
                )
    return warnings


def _span(codes: str) -> tuple[str, str]:
    first, _, last = codes.upper().partition("-")
    return first.strip(), (last or first).strip()
