"""People and payments of an ACO as arrays: in any order of rows, in pieces, up to the last known payment."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from corridor.law import load_rules
from corridor.programs.mssp import projection_data
from corridor.programs.mssp.projection_data import loaded
from corridor.programs.mssp.projection_step import of_aco

RULES = load_rules(["mssp", "population"])
MONTHS = [year * 100 + month for year in (2025, 2026) for month in range(1, 13)][:18]


def tables(order: str, more: str = "") -> duckdb.DuckDBPyConnection:
    """Forty people of 18 months, some of whom come or go; half of the dollars a month late, in cents."""
    con = duckdb.connect()
    con.execute("create schema mssp")
    con.execute(
        "create table mssp.person_month as select 'A1' as aco_id, p as person_id, y * 100 + m as month, "
        "y as year, 3000.0 + p % 2 * 900 as truncation_threshold, 'loaded people' as threshold_source "
        "from range(40) as a(p), range(2025, 2027) as b(y), range(1, 13) as c(m) "
        f"where y * 100 + m <= 202606 and not (p % 7 = 0 and y = 2025) and not (p % 11 = 3 and m > 3) {order}"
    )
    con.execute(
        "create table mssp.person_paid as select aco_id, person_id, month, "
        "case when l = 0 then month when month % 100 = 12 then month + 89 else month + 1 end as paid_month, "
        "cast((person_id * 7919 + month * 31 + l * 17) % 90011 / 100.0 as decimal(18, 2)) as expenditure "
        f"from mssp.person_month, range(2) as d(l) {order}"
    )
    con.execute(more or "select 1")
    return con


def projected(con: duckdb.DuckDBPyConnection, through: int | None = 202606) -> list[dict[str, object]]:
    return of_aco(loaded(con, "A1", through), "A1", MONTHS, {}, RULES)


def test_the_order_of_rows_decides_nothing() -> None:
    rows = projected(tables("order by person_id, month"))
    assert len(rows) == 6
    assert rows == projected(tables("order by hash(person_id * 1000 + month)"))


def test_pieces_of_people_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    con = tables("order by person_id")
    whole = projected(con)
    monkeypatch.setattr(projection_data, "PIECE", 7)
    for one, other in zip(whole, projected(con), strict=True):
        for name, value in one.items():
            if isinstance(value, float):
                assert other[name] == pytest.approx(value, rel=1e-12), name
            else:
                assert other[name] == value, name


def test_a_wrong_date_of_payment_makes_no_month_seen() -> None:
    wrong = "update mssp.person_paid set paid_month = 209901 where person_id = 5 and month = 202606"
    con = tables("", wrong)
    assert [row["as_of_month"] for row in projected(con)][-1] == 202606
    # what was paid at a wrong date is not yet paid
    assert loaded(con, "A1", 202606).last == 17 and loaded(con, "A1").last > 800


def test_a_projection_looks_at_no_threshold_of_the_year_end() -> None:
    """As of June of a year that is over, the loaded people's percentile of the whole year is not known."""
    con = tables("")
    con.execute("update mssp.person_month set truncation_threshold = 500 where year = 2026")
    assert projected(con)[-1]["per_capita"] == projected(tables(""))[-1]["per_capita"]
    whole = loaded(con, "A1")
    months = [year * 100 + month for year in (2025, 2026) for month in range(1, 13)]
    pad = np.zeros((len(whole.counted), 6), dtype=bool)
    longer = projection_data.Loaded(
        whole.first_year, np.hstack([whole.counted, pad]), np.hstack([whole.kind, pad.astype(np.uint16)]),
        whole.cuts, whole.installed, whole.row, whole.column, whole.lag, whole.amount, whole.lags, 17,
    )  # fmt: skip
    assert of_aco(longer, "A1", months, {}, RULES)[-1]["per_capita"] == projected(con)[-1]["per_capita"]


def test_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody"):
        loaded(tables(""), "A2")


def test_people_without_a_payment_have_no_projection() -> None:
    assert projected(tables("", "delete from mssp.person_paid")) == []


def test_nobody_of_the_year_before_is_no_projection() -> None:
    assert projected(tables("", "delete from mssp.person_month where year = 2025 and month > 0")) == []
