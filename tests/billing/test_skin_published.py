"""Skin substitutes in CMS's own file of July 2026: how many, and their price (pfs.md F.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from corridor.billing.pricing import price_requests
from corridor.engine.connection import parquet
from corridor.engine.warehouse import Warehouse
from corridor.reference import reference_tables
from tests.billing.pfs_tables import ask
from tests.measures.bench_tables import Tables

DAY = date(2026, 8, 3)
OCTOBER_2025 = {"E": 242, None: 43, "C": 27, "X": 7}


@pytest.fixture(scope="module")
def schedule(pfs_home: Path) -> Iterator[Tables]:
    """The files of 2025 and 2026 as the reference room installs them."""
    made = Tables(["drug", "pfs"], data_year=2026)
    made.con.execute("create schema reference; create schema door")
    for table in reference_tables(Warehouse.open(pfs_home)):
        if "pfs_" not in table.name and "anesthesia" not in table.name:
            continue
        columns = ", ".join(f'"{name}" {kind}' for name, kind in (table.columns or {}).items())
        made.con.execute(f"create table {table.name} ({columns})")
        if table.whole.files:
            listed = ", ".join(f'"{name}"' for name in table.columns or {})
            made.con.execute(f"insert into {table.name} select {listed} from {parquet(table.whole.files)}")
    made.make("billing.skin_substitute_code")
    made.make("billing.skin_substitute_rate")
    yield made
    made.con.close()


def rows(made: Tables, sql: str) -> list[tuple[Any, ...]]:
    return made.con.execute(sql).fetchall()


def test_products_are_counted_by_their_signature(schedule: Tables) -> None:
    kinds = rows(
        schedule,
        "select product_kind, count(*) from billing.skin_substitute_code group by 1 order by 1",
    )
    assert kinds == [("contractor_priced", 44), ("priced", 319)]


def test_what_they_were_in_the_file_of_october_2025(schedule: Tables) -> None:
    found = rows(
        schedule,
        "select before.status_code from billing.skin_substitute_code as code left join reference.pfs_rvu as "
        "before on before.hcpcs_code = code.hcpcs_code and before.year = 2025 and before.modifier = '' "
        "where code.by_area",
    )
    assert Counter(row[0] for row in found) == OCTOBER_2025


def test_the_rate_by_locality_and_factor(schedule: Tables) -> None:
    found = {
        (mac, locality, qp): amount
        for mac, locality, qp, amount in rows(
            schedule, "select mac, locality, qp, unit_amount from billing.skin_substitute_rate"
        )
    }
    assert len(found) == 2 * (109 + 1)
    assert found["national", "national", False] == Decimal("127.26")
    assert found["national", "national", True] == Decimal("127.89")
    assert found["01112", "05", False] == Decimal("179.43")  # San Francisco
    assert found["10112", "00", False] == Decimal("111.35")  # Alabama


def test_the_pricer_gives_the_same_in_every_locality(schedule: Tables) -> None:
    """One term of the formula is left for a product: the step's rate is the pricer's own, to the cent."""
    places = rows(
        schedule,
        "select mac, locality, qp, unit_amount from billing.skin_substitute_rate where mac <> 'national' "
        "order by mac, locality, qp",
    )
    requests = [
        {
            "hcpcs_code": "Q4101",
            "service_date": DAY,
            "mac": mac,
            "locality": locality,
            "qp": qp,
            "place_of_service_code": "11",
            "units": Decimal(1),
        }
        for mac, locality, qp, _ in places
    ]
    codes = [
        row[0] for row in rows(schedule, "select hcpcs_code from billing.skin_substitute_code order by 1")
    ]
    requests += [
        {
            "hcpcs_code": code,
            "service_date": DAY,
            "mac": "10112",
            "locality": "00",
            "qp": False,
            "place_of_service_code": "11",
            "units": Decimal(10),
        }
        for code in codes
    ]
    ask(schedule.con, requests)
    price_requests(schedule.con, schedule.force)
    prices = rows(schedule, "select status, amount, unit_amount from door.price order by request_id")
    assert [(status, unit) for status, _, unit in prices[: len(places)]] == [
        ("priced", place[3]) for place in places
    ]
    answers = dict(zip(codes, prices[len(places) :], strict=True))
    priced = [code for code, answer in answers.items() if answer[0] == "priced"]
    assert len(priced) == 319
    assert {answers[code][1] for code in priced} == {Decimal("1113.50")}  # 10 x 111.35
    assert Counter(answer[0] for answer in answers.values())["contractor_priced"] == 44
