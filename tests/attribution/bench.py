"""A bench for the steps of attribution: a case in a few words, the real SQL files, rows back.

A case names people, services and lists; whoever is not described otherwise is in Parts A and B, fee for
service, living in New York, in every month from October 2022 to the end of 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

import duckdb

from corridor.engine import SqlStep
from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect
from corridor.engine.step import Step
from corridor.law import RulesInForce, load_rules
from tests.claims.canonical import CANONICAL

Row = dict[str, Any]
PROGRAMS = ["claims", "population", "mssp", "reach", "attribution"]
FIRST_MONTH, LAST_MONTH = 202210, 202612
MONEY = "DECIMAL(18,2)"


def _text(names: str) -> dict[str, str]:
    """``name TYPE`` a comma apart; VARCHAR where no type is named."""
    parts = (part.strip().partition(" ") for part in names.replace("\n", " ").split(","))
    return {name: kind or "VARCHAR" for name, _, kind in parts}


_DELIVERED = ", source_id, delivery_id, file_date DATE"
INPUTS: dict[str, dict[str, str]] = {
    "run.setting": _text("performance_year INTEGER, payment_year INTEGER, data_year INTEGER"),
    "claims.medical_claim": CANONICAL["medical_claim"],
    "claims.period": _text("source_id, first_day DATE, last_day DATE, lines BIGINT"),
    "claims.person": _text("person_id BIGINT, state_code, birth_date DATE, death_date DATE"),
    "claims.clinician_specialty": _text("service_year INTEGER, npi, specialty_code"),
    "reference.nppes": _text("npi, taxonomy_code, vintage"),
    "identity.person_alias": _text("person_id BIGINT, kept_person_id BIGINT"),
    "population.enrollment_month": _text(
        """person_id BIGINT, month INTEGER, year INTEGER, part_a BOOLEAN, part_b BOOLEAN,
        medicare_advantage BOOLEAN, fee_for_service BOOLEAN"""
    ),
    "org_raw.participant_list": _text("aco_id, tin, npi, start_date DATE, end_date DATE" + _DELIVERED),
    "org_raw.provider_roster": _text(
        "npi, tin, specialty_code, site_id, region, start_date DATE, end_date DATE" + _DELIVERED
    ),
    "org_raw.voluntary_alignment": _text(
        "person_id BIGINT, tin, npi, start_date DATE, end_date DATE" + _DELIVERED
    ),
    "org_raw.assignment_list": _text(
        "person_id BIGINT, performance_year INTEGER, report_period, months_assigned INTEGER, "
        + ", ".join(f"enrollflag_{month} INTEGER" for month in range(1, 13))
        + ", voluntary_tin, voluntary_npi"
        + _DELIVERED
    ),
    "org_raw.assignment_turnover": _text(
        """person_id BIGINT, performance_year INTEGER, report_period, plur_r05, ab_r01, hmo_r03, no_us_r02,
        mdm_r04, nofnd_r06"""
        + _DELIVERED
    ),
}
LISTS = (
    "participant_list",
    "provider_roster",
    "voluntary_alignment",
    "assignment_list",
    "assignment_turnover",
)
HELD = {
    "fee_for_service": (True, True, False),
    "health_plan": (True, True, True),
    "part_a_only": (True, False, False),
    "part_b_only": (False, True, False),
}


@cache
def _force() -> RulesInForce:
    return load_rules(PROGRAMS).in_force(2027)


@cache
def _rules_made() -> duckdb.DuckDBPyConnection:
    """One connection whose rules are in place: every case without overrides starts from it."""
    con = connect(threads=1)
    _force().register(con, [name for name in _force().names() if not name.startswith("synth.")])
    return con


class Bench:
    """Tables of a case, and the steps of the room over them."""

    def __init__(self, data_year: int = 2025, overrides: Mapping[str, Any] | None = None) -> None:
        if overrides:
            self.con = connect(threads=1)
            load_rules(PROGRAMS, overrides=overrides).in_force(2027).register(self.con)
        else:
            self.con = _rules_made().cursor()
        self.made: set[str] = set()
        for table in INPUTS:
            self.give(table, [])
        self.give(
            "run.setting",
            [{"performance_year": data_year + 2, "payment_year": data_year + 4, "data_year": data_year}],
        )

    def give(self, table: str, rows: Iterable[Row]) -> None:
        """Make a table of the case; a column left out is null, an unknown one an error."""
        types = INPUTS[table]
        schema = table.partition(".")[0]
        self.con.execute(f"create schema if not exists {schema}")
        columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
        self.con.execute(f"create or replace table {table} ({columns})")
        cells = []
        for row in rows:
            assert set(row) <= set(types), f"{table} has no column {sorted(set(row) - set(types))}"
            cells += [row.get(name) for name in types]
        if cells:
            marks = ", ".join([f"({', '.join('?' * len(types))})"] * (len(cells) // len(types)))
            self.con.execute(f"insert into {table} values {marks}", cells)
        self.made.add(table)

    def run(self, target: str) -> list[Row]:
        """Run the steps of the room that a table needs, its keys checked; its rows."""
        for step in load_catalogue().order([target]):
            if step.step in self.made or not step.step.startswith("attribution."):
                continue
            assert isinstance(step, SqlStep)
            missing = {read for read in step.reads if read not in self.made}
            assert not missing, f"{step.step} reads {missing}, which no case gives"
            self.con.execute("create schema if not exists attribution")
            self.con.execute(f"create or replace table {step.step} as {step.sql}")
            self.made.add(step.step)
            self._check(step)
        return self.rows(f"select * from {target}")

    def _check(self, step: Step) -> None:
        key = ", ".join(step.key)
        again = f"select count(*) from (select 1 from {step.step} group by {key} having count(*) > 1)"
        assert self.con.execute(again).fetchone() == (0,), f"{step.step}: a key more than once"
        wide = (
            "select column_name from duckdb_columns() "
            "where data_type = 'HUGEINT' and schema_name || '.' || table_name = ?"
        )
        assert not self.con.execute(wide, [step.step]).fetchall(), f"{step.step}: HUGEINT"

    def rows(self, query: str) -> list[Row]:
        """The rows of a query as dicts."""
        found = self.con.execute(query)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def case_bench(case: Mapping[str, Any]) -> Bench:
    """The bench of a case written in YAML: see the header of tests/cases/attribution/mssp.yaml."""
    bench = Bench(case.get("data_year", 2025), case.get("rules"))
    period = case.get("claims", {"from": date(2022, 10, 1), "to": date(2026, 12, 31)})
    lines = [_line(number, one) for number, one in enumerate(case.get("services", []), start=1)]
    lines += [_stay(number, one) for number, one in enumerate(case.get("stays", []), start=1)]
    people = {line["person_id"] for line in lines} | set(case.get("people", {}))
    described = {person: case.get("people", {}).get(person) or {} for person in sorted(people)}
    known = {person: one for person, one in described.items() if not one.get("unknown")}
    bench.give("claims.medical_claim", lines)
    bench.give("claims.period", [{"source_id": "A", "first_day": period["from"], "last_day": period["to"]}])
    bench.give(
        "claims.person",
        [
            {"person_id": person, "state_code": one.get("state", "36"), "death_date": one.get("died")}
            for person, one in known.items()
        ],
    )
    bench.give("population.enrollment_month", [row for p, one in known.items() for row in _months(p, one)])
    for table in LISTS:
        rows = [{"source_id": "org", "delivery_id": "d1"} | row for row in case.get(table, [])]
        bench.give(f"org_raw.{table}", [_flags(row) for row in rows])
    bench.give("claims.clinician_specialty", case.get("clinician_specialty", []))
    bench.give("reference.nppes", case.get("nppes", []))
    return bench


def _line(number: int, one: Mapping[str, Any]) -> Row:
    """A service: a professional line, or a facility's where it has a bill type."""
    on = one["day"]
    facility = "bill" in one
    return {
        "source_id": "A",
        "delivery_id": "d1",
        "claim_id": one.get("claim", f"C{number}"),
        "claim_line_number": number,
        "claim_type": "institutional" if facility else "professional",
        "claim_type_code": "40" if facility else "71",
        "person_id": one.get("person", 1),
        "claim_start_date": on,
        "claim_end_date": on,
        "claim_line_start_date": on,
        "place_of_service_code": None if facility else one.get("place", "11"),
        "bill_type_code": one.get("bill"),
        "revenue_center_code": one.get("revenue"),
        "hcpcs_code": one.get("code", None if facility else "99213"),
        "rendering_tin": one.get("tin"),
        "rendering_npi": None if facility else one.get("npi", f"N{one.get('tin')}"),
        "attending_npi": one.get("npi") if facility else None,
        "rendering_specialty_code": None if facility else one.get("specialty", "08"),
        "facility_ccn": one.get("ccn"),
        "facility_npi": one.get("facility_npi"),
        "allowed_amount": one.get("allowed"),
        "paid_amount": one.get("paid", 0),
        "service_month": on.year * 100 + on.month,
    }


def _stay(number: int, one: Mapping[str, Any]) -> Row:
    return {
        "source_id": "A",
        "delivery_id": "d1",
        "claim_id": f"S{number}",
        "claim_line_number": 1,
        "claim_type": "institutional",
        "claim_type_code": str(one["type"]),
        "person_id": one.get("person", 1),
        "claim_start_date": one["from"],
        "claim_end_date": one["to"],
        "service_month": one["to"].year * 100 + one["to"].month,
    }


def _months(person: int, one: Mapping[str, Any]) -> list[Row]:
    """Fee for service in every month, but for those the case names."""
    rows, month = [], FIRST_MONTH
    named = one.get("months", {})
    while month <= LAST_MONTH:
        kind = named.get(month, one.get("otherwise", "fee_for_service"))
        if kind != "none":
            part_a, part_b, plan = HELD[kind]
            rows.append(
                {
                    "person_id": person,
                    "month": month,
                    "year": month // 100,
                    "part_a": part_a,
                    "part_b": part_b,
                    "medicare_advantage": plan,
                    "fee_for_service": kind == "fee_for_service",
                }
            )
        month = _after(month)
    return rows


def _after(month: int) -> int:
    following = date(month // 100, month % 100, 28) + timedelta(days=7)
    return following.year * 100 + following.month


def _flags(row: Row) -> Row:
    """``flags: 444000000000`` as the twelve columns of a report."""
    flags = row.pop("flags", None)
    if flags is None:
        return row
    assert len(flags) == 12, flags
    return row | {f"enrollflag_{at}": int(flag) for at, flag in enumerate(flags, start=1)}
