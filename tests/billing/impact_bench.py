"""A small price list and a plain pricer, to test the split without the fee schedule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from corridor.engine.connection import connect

# (year, code) -> work, non-facility PE, facility PE, malpractice: pfs.md section H
RVUS = {
    (2025, "99214"): (1.92, 1.80, 0.83, 0.15),
    (2026, "99214"): (1.92, 2.00, 0.47, 0.14),
    (2025, "27447"): (19.60, 15.30, 15.30, 3.98),
    (2026, "27447"): (19.11, 11.58, 11.58, 4.02),
    (2025, "90834"): (2.45, 0.72, 0.31, 0.05),
    (2026, "90834"): (2.56, 0.83, 0.17, 0.02),
    (2025, "93306"): (1.46, 4.28, 4.28, 0.07),
    (2026, "93306"): (1.42, 4.39, 4.39, 0.08),
    (2026, "G0568"): (1.88, 2.81, 0.42, 0.15),
    (2025, "97110"): (0.45, 0.43, 0.43, 0.01),
    (2026, "97110"): (0.45, 0.41, 0.41, 0.01),
}
FACTORS = {(2025, False): 32.3465, (2025, True): 32.3465, (2026, False): 33.4009, (2026, True): 33.5675}
GPCI = {
    (2025, "00"): (1, 1, 1), (2026, "00"): (1, 1, 1),
    (2025, "05"): (1.089, 1.387, 0.435), (2026, "05"): (1.095, 1.410, 0.425),
}  # fmt: skip
_PRICE = """
create or replace table door.price_{side} as
with found as (
    select line.*, rvu.*, gpci.* exclude (year, place), cf.conversion_factor,
        case when line.setting = 'facility' then rvu.facility else rvu.non_facility end as pe_rvu
    from door.impact_line as line
    left join bench_rvu as rvu on rvu.code = line.hcpcs_code and rvu.year = {year}
    join bench_gpci as gpci on gpci.year = {year} and gpci.place = line.locality
    join bench_factor as cf on cf.year = {year} and cf.qp = line.qp_{side}
), parts as (
    select *, units * share * conversion_factor * work_rvu * work_gpci as w,
        units * share * conversion_factor * pe_rvu * pe_gpci as p,
        units * share * conversion_factor * mp_rvu * mp_gpci as m
    from found
), whole as (
    select *, cast(round(w + p + m, 2) as decimal(18, 2)) as amount,
        cast(round(w, 2) as decimal(18, 2)) as work_amount, cast(round(m, 2) as decimal(18, 2)) as mp_amount
    from parts
)
select request_id, case when work_rvu is null then 'not_priced' else 'priced' end as status,
    case when work_rvu is null then 'unknown_code' end as reason, amount, setting, conversion_factor,
    work_rvu, pe_rvu, mp_rvu, work_gpci, pe_gpci, mp_gpci, work_amount, mp_amount,
    amount - work_amount - mp_amount as pe_amount
from whole
"""
_COLUMNS = (
    "request_id bigint, side varchar, tin varchar, npi varchar, specialty_code varchar, site varchar, "
    "family varchar, hcpcs_code varchar, modifiers varchar, mac varchar, locality varchar, "
    "person_id bigint, units decimal(18, 4), repeat decimal(18, 4), qp_from boolean, qp_to boolean, "
    "known_amount decimal(18, 2), setting varchar, share double"
)
_DEFAULTS: dict[str, Any] = {
    "side": "both", "tin": "T1", "npi": "N1", "specialty_code": "11", "site": "S1", "family": "other",
    "hcpcs_code": "99214", "modifiers": "", "mac": "01112", "locality": "00", "person_id": 1, "units": 1,
    "repeat": 1, "qp_from": False, "qp_to": False, "known_amount": None,
    "setting": "non_facility", "share": 1.0,
}  # fmt: skip


def bench(lines: Sequence[dict[str, Any]], year_from: int = 2025, year_to: int = 2026) -> Any:
    """A connection with ``door.impact_line`` and both price tables; ``share`` is a policy of the line."""
    con: duckdb.DuckDBPyConnection = connect(threads=1)
    con.execute("create schema door")
    con.execute("create table bench_rvu (year int, code varchar, work_rvu decimal(9, 2), "
                "non_facility decimal(9, 2), facility decimal(9, 2), mp_rvu decimal(9, 2))")  # fmt: skip
    con.executemany("insert into bench_rvu values (?, ?, ?, ?, ?, ?)", [[*k, *v] for k, v in RVUS.items()])
    con.execute("create table bench_gpci (year int, place varchar, work_gpci decimal(6, 3), "
                "pe_gpci decimal(6, 3), mp_gpci decimal(6, 3))")  # fmt: skip
    con.executemany("insert into bench_gpci values (?, ?, ?, ?, ?)", [[*k, *v] for k, v in GPCI.items()])
    con.execute("create table bench_factor (year int, qp boolean, conversion_factor decimal(9, 4))")
    con.executemany("insert into bench_factor values (?, ?, ?)", [[*k, v] for k, v in FACTORS.items()])
    con.execute(f"create table door.impact_line ({_COLUMNS})")
    rows = [list({**_DEFAULTS, "request_id": at, **line}.values()) for at, line in enumerate(lines)]
    names = ", ".join({**_DEFAULTS, "request_id": 0})
    marks = ", ".join("?" for _ in range(len(_DEFAULTS) + 1))
    if rows:
        con.executemany(f"insert into door.impact_line ({names}) values ({marks})", rows)
    for side, year in (("from", year_from), ("to", year_to)):
        con.execute(_PRICE.format(side=side, year=year))
    return con
