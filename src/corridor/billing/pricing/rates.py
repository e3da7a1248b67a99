"""The published rates of one edition as arrays: the relative value file, the indices of the localities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from corridor.billing.pricing.codes import KINDS, REFUSED, SETTINGS, TREATMENTS
from corridor.billing.pricing.day import RulesOnDay
from corridor.billing.pricing.tables import small_table

Floats = npt.NDArray[np.float64]
RELEASES = ("A", "AR", "B", "C", "D")
# Which variant of the file serves a clinician: his own first, then the one for all, then the other.
PREFERENCE = {True: ("qp", "single", "nonqp"), False: ("nonqp", "single", "qp")}
COLUMNS = (
    "work", "pe_non_facility", "pe_facility", "mp", "opps_pe_non_facility", "opps_pe_facility", "opps_mp",
    "pre", "intra", "post",
)  # fmt: skip
# What is said beside an edition that is not the one of the day, or not of the line's status.
LATER = " (a later release of the year)"
OTHER_VARIANT = " (RVUs of the other variant)"
NATIONAL = "national (every index 1.000)"


@dataclass(frozen=True)
class Edition:
    """One release of the relative value file, and how it is named beside a price."""

    year: int
    release: str
    variant: str
    label: str

    @property
    def file(self) -> tuple[int, str, str]:
        """What tells its file from others."""
        return self.year, self.release, self.variant


def editions(con: duckdb.DuckDBPyConnection) -> list[tuple[int, str, str, date]]:
    """Every installed release: year, release, variant, the first day it serves."""
    return con.execute(
        "select year, release, variant, min(valid_from) from reference.pfs_rvu group by all order by all"
    ).fetchall()


def choose(installed: list[tuple[int, str, str, date]], day: date, qp: bool) -> Edition | None:
    """The release that serves a day: the latest begun of its year, else the first later one of that year."""
    same = [one for one in installed if one[0] == day.year]
    if not same:
        return None
    begun = [one for one in same if one[3] <= day]
    start = max(one[3] for one in begun) if begun else min(one[3] for one in same)
    served = [one for one in same if one[3] == start]
    newest = max(served, key=lambda one: _place(one[1]))[1]
    variants = {one[2]: one for one in served if one[1] == newest}
    year, release, variant, _ = next(variants[name] for name in PREFERENCE[qp] if name in variants)
    label = f"{year}{release} {variant}"
    if not begun:
        label += LATER
    if variant not in ("single", PREFERENCE[qp][0]):
        label += OTHER_VARIANT
    return Edition(year, release, variant, label)


def edition_labels(installed: list[tuple[int, str, str, date]]) -> list[str]:
    """Everything an edition may be called beside a price."""
    return [
        f"{year}{release} {variant}{later}{other}"
        for year, release, variant, _ in installed
        for later in ("", LATER)
        for other in ("", OTHER_VARIANT)
    ]


def _place(release: str) -> int:
    return RELEASES.index(release) if release in RELEASES else len(RELEASES)


@dataclass(frozen=True)
class Rates:
    """Rows of an edition, or of both its variants, by rate_id; the row behind the last is empty: -1.

    service, base_service   a number of the code, whatever modifier and variant, and of its endoscopic base
    without_values          whether a row holds no relative values: [1] in a facility, [0] elsewhere
    office_na               whether it is not done in an office, so that the facility amount stands there
    refused                 to whom it is not paid for patients of a hospital (codes.REFUSED)
    exempt                  whether only its global period keeps it from being reduced as a further procedure
    """

    files: tuple[tuple[int, str, str], ...]
    code: npt.NDArray[Any]
    modifier: npt.NDArray[Any]
    status: npt.NDArray[Any]
    treatment: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    values: dict[str, Floats]
    bilateral: Floats
    assistant_allowed: npt.NDArray[np.bool_]
    co_surgeon_allowed: npt.NDArray[np.bool_]
    team_allowed: npt.NDArray[np.bool_]
    technical: npt.NDArray[np.int64]
    base: npt.NDArray[np.int64]
    service: npt.NDArray[np.int64]
    base_service: npt.NDArray[np.int64]
    without_values: npt.NDArray[np.bool_]
    office_na: npt.NDArray[np.bool_]
    refused: npt.NDArray[np.int8]
    exempt: npt.NDArray[np.bool_]


def load_rates(con: duckdb.DuckDBPyConnection, served: dict[bool, Edition], force: RulesOnDay) -> Rates:
    """Read the edition that serves others (False) and qualifying participants (True), once where it is one.

    Leaves the temporary table price_rate (hcpcs_code, modifier, qp, rate_id) for joins.
    """
    files = {edition.file: qp for qp, edition in sorted(served.items(), reverse=True)}
    wanted = " or ".join("(year = ? and release = ? and variant = ?)" for _ in files)
    qualifying = next((file[2] for file, qp in files.items() if qp), None) if len(files) > 1 else None
    con.execute(
        f"""
        create or replace temp table price_row as
        select row_number() over (order by qp, hcpcs_code, modifier) - 1 as rate_id,
            dense_rank() over (order by hcpcs_code) - 1 as service, *
        from (
            select coalesce(variant = ?, false) as qp,
                hcpcs_code, coalesce(modifier, '') as modifier, status_code, pctc_indicator, global_days,
                coalesce(multiple_procedure_indicator, '') as multiple_indicator,
                coalesce(bilateral_indicator, '') as bilateral_indicator,
                coalesce(assistant_indicator, '') as assistant_indicator,
                coalesce(co_surgeon_indicator, '') as co_surgeon_indicator,
                coalesce(team_indicator, '') as team_indicator,
                coalesce(endoscopic_base_code, '') as base_code,
                coalesce(non_facility_na, false) as office_na,
                cast(work_rvu as double) as work,
                cast(case when non_facility_na then facility_pe_rvu else non_facility_pe_rvu end as double)
                    as pe_non_facility,
                cast(case when facility_na then non_facility_pe_rvu else facility_pe_rvu end as double)
                    as pe_facility,
                cast(mp_rvu as double) as mp,
                cast(coalesce(opps_non_facility_pe_rvu, 0) as double) as opps_pe_non_facility,
                cast(coalesce(opps_facility_pe_rvu, 0) as double) as opps_pe_facility,
                cast(coalesce(opps_mp_rvu, 0) as double) as opps_mp,
                cast(coalesce(pre_op, 0) as double) as pre, cast(coalesce(intra_op, 0) as double) as intra,
                cast(coalesce(post_op, 0) as double) as post
            from reference.pfs_rvu where {wanted}
        )""",
        [qualifying, *(part for file in files for part in file)],
    )
    con.execute(
        "create or replace temp table price_rate as "
        "select hcpcs_code, modifier, qp, cast(rate_id as integer) as rate_id from price_row"
    )
    rows = con.execute(
        """
        select price_row.*, technical.rate_id as technical_id, base.rate_id as base_id,
            base.service as base_service
        from price_row
        left join price_row as technical on technical.hcpcs_code = price_row.hcpcs_code
            and technical.qp = price_row.qp and technical.modifier = 'TC' and price_row.modifier <> '26'
        left join price_row as base on base.hcpcs_code = price_row.base_code
            and base.qp = price_row.qp and base.modifier = ''
        order by price_row.rate_id"""
    ).fetchnumpy()
    text = {name: _texts(rows[name]) for name in rows if np.asarray(rows[name]).dtype == object}
    own = np.arange(len(text["hcpcs_code"]))
    technical = np.where(_texts(rows["pctc_indicator"]) == "3", own, np.ma.filled(rows["technical_id"], -1))
    values = {name: np.append(np.asarray(rows[name], dtype=np.float64), np.nan) for name in COLUMNS}
    kind, exempt = _kinds(force, text)
    return Rates(
        files=tuple(files),
        code=text["hcpcs_code"],
        modifier=text["modifier"],
        status=np.append(text["status_code"], ""),
        treatment=_coded(force, "pfs.status_treatment", "treatment", TREATMENTS, text["status_code"]),
        kind=kind,
        values=values,
        bilateral=_factors(force, text["bilateral_indicator"]),
        assistant_allowed=_allowed(force, "pfs.assistant_allowed", text["assistant_indicator"]),
        co_surgeon_allowed=_allowed(force, "pfs.co_surgeon_allowed", text["co_surgeon_indicator"]),
        team_allowed=_allowed(force, "pfs.team_allowed", text["team_indicator"]),
        technical=np.append(technical, -1).astype(np.int64),
        base=_numbers(rows["base_id"]),
        service=_numbers(rows["service"]),
        base_service=_numbers(rows["base_service"]),
        without_values=np.array(
            [values["work"] + values[f"pe_{setting}"] + values["mp"] == 0 for setting in SETTINGS]
        ),
        office_na=np.append(np.ma.filled(rows["office_na"], False), False).astype(bool),
        refused=_by_value(
            _texts(rows["pctc_indicator"]),
            {i: REFUSED.index(who) for i, who in _mapped(force, "pfs.pctc_not_payable", "whom").items()},
            0,
        ).astype(np.int8),
        exempt=exempt,
    )


def _texts(values: Any) -> npt.NDArray[Any]:
    return np.array(["" if v is None or v is np.ma.masked else str(v) for v in values.tolist()], dtype=object)


def _mapped(force: RulesOnDay, rule: str, take: str) -> dict[str, Any]:
    rows = force.rows(rule)
    key = next(name for name in rows[0] if name != take)
    return {str(row[key]): row[take] for row in rows}


def _coded(
    force: RulesOnDay, rule: str, take: str, words: tuple[str, ...], column: npt.NDArray[Any]
) -> npt.NDArray[np.int64]:
    """The small number of each row's word; what the rule does not know is the last word, and so is no row."""
    known = _mapped(force, rule, take)
    places = {value: words.index(word) for value, word in known.items()}
    return _by_value(column, places, len(words) - 1).astype(np.int64)


def _numbers(values: Any) -> npt.NDArray[np.int64]:
    return np.append(np.ma.filled(values, -1), -1).astype(np.int64)


def _kinds(
    force: RulesOnDay, text: dict[str, npt.NDArray[Any]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The rule of several services that each row is under, and whether its global period exempts it."""
    known = _mapped(force, "pfs.multiple_procedure_kind", "kind")
    exempt = {str(row["global_days"]) for row in force.rows("pfs.multiple_procedure_exempt_global")}
    places = {value: KINDS.index(kind) for value, kind in known.items()}
    found = _by_value(text["multiple_indicator"], places, KINDS.index("none"))
    none = KINDS.index("none")
    spared = _by_value(text["global_days"], dict.fromkeys(exempt, True), False).astype(bool) & (found != none)
    found[spared] = none
    return found.astype(np.int64), spared


def _by_value(column: npt.NDArray[Any], known: dict[str, Any], otherwise: Any) -> npt.NDArray[Any]:
    """What each row's word stands for, and behind the last row what stands for no row."""
    return np.array([*(known.get(value, otherwise) for value in column.tolist()), otherwise])


def _factors(force: RulesOnDay, column: npt.NDArray[Any]) -> Floats:
    """The bilateral factor of each row; where the concept does not apply modifier 50 changes nothing."""
    known = _mapped(force, "pfs.bilateral_factor", "factor")
    return _by_value(column, known, 1.0).astype(np.float64)


def _allowed(force: RulesOnDay, rule: str, column: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    known = _mapped(force, rule, "allowed")
    return _by_value(column, known, False).astype(bool)


@dataclass(frozen=True)
class Localities:
    """Indices of the localities of a year by locality_id: 0 is the nation, -1 no locality at all.

    anesthesia, anesthesia_qp   published dollars of a unit, of others and of qualifying participants
    """

    label: npt.NDArray[Any]
    work: Floats
    pe: Floats
    mp: Floats
    anesthesia: Floats
    anesthesia_qp: Floats


def _locality_label(year: int, basis: str) -> str:
    return f"{year} {basis}"


def locality_labels(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Everything the indices of a locality may be called beside a price."""
    known = con.execute("select distinct year, basis from reference.pfs_gpci order by all").fetchall()
    return [NATIONAL, *(_locality_label(year, basis) for year, basis in known)]


def load_localities(con: duckdb.DuckDBPyConnection, year: int, force: RulesOnDay) -> Localities:
    """Read the indices of a year, with the floors of the day; leaves price_locality for joins."""
    con.execute(
        """
        create or replace temp table price_place as
        select cast(row_number() over (order by mac, locality) as integer) as locality_id, *
        from (
            select index.mac, index.locality, index.state, index.basis,
                cast(index.work_gpci as double) as work, cast(index.pe_gpci as double) as pe,
                cast(index.mp_gpci as double) as mp,
                anesthesia.other as anesthesia, anesthesia.qualifying as anesthesia_qp
            from reference.pfs_gpci as index
            left join (
                select year, mac, locality,
                    max(cast(conversion_factor as double)) filter (variant <> 'qp') as other,
                    max(cast(conversion_factor as double)) filter (variant <> 'nonqp') as qualifying
                from reference.pfs_anesthesia group by year, mac, locality
            ) as anesthesia
                on anesthesia.year = index.year and anesthesia.mac = index.mac
                and anesthesia.locality = index.locality
            where index.year = ?
        )""",
        [year],
    )
    con.execute(
        "create or replace temp table price_locality as select mac, locality, locality_id from price_place"
    )
    small_table(
        con,
        "price_alias (mac varchar, locality varchar, own_mac varchar)",
        [[row["mac"], row["locality"], row["own_mac"]] for row in force.rows("pfs.locality_alias")],
    )
    con.execute(
        "insert into price_locality "
        "select alias.mac, alias.locality, place.locality_id from price_alias as alias "
        "join price_place as place on place.mac = alias.own_mac and place.locality = alias.locality "
        "where not exists (select 1 from price_place as own "
        "where own.mac = alias.mac and own.locality = alias.locality)"
    )
    rows = con.execute("select * from price_place order by locality_id").fetchnumpy()
    states = _texts(rows["state"]).tolist()
    floors = {(str(r["state"]), str(r["component"])): float(r["floor"]) for r in force.rows("pfs.gpci_floor")}
    national = force.number("pfs.work_gpci_floor") if "pfs.work_gpci_floor" in force else 0.0

    def index(name: str, floor: float) -> Floats:
        least = np.array([max(floor, floors.get((state, name), 0.0)) for state in states], dtype=np.float64)
        return np.concatenate([[1.0], np.maximum(np.asarray(rows[name], dtype=np.float64), least), [np.nan]])

    def published(name: str) -> Floats:
        values = np.ma.filled(np.ma.asarray(rows[name], dtype=np.float64), np.nan)
        return np.concatenate([[np.nan], values, [np.nan]])

    labels = [_locality_label(year, basis) for basis in _texts(rows["basis"])]
    return Localities(
        label=np.array([NATIONAL, *labels, None], dtype=object),
        work=index("work", national),
        pe=index("pe", 0.0),
        mp=index("mp", 0.0),
        anesthesia=published("anesthesia"),
        anesthesia_qp=published("anesthesia_qp"),
    )
