"""Draft lines without an amount take the national one of the fee schedule, or stay unknown and say so."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from corridor.engine.warehouse import Warehouse
from corridor.jobs import draft_amounts
from corridor.jobs.context import open_context
from tests.billing.pfs_tables import DATA, fee_schedule


def drafts() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(
        "create table line (source_id varchar, claim_id varchar, claim_line_number integer, "
        "person_id bigint, service_date date, npi varchar, tin varchar, hcpcs_code varchar, "
        "modifiers varchar, place_of_service_code varchar, units decimal(18, 4), "
        "allowed_amount decimal(18, 2))"
    )
    con.execute(
        "insert into line values "
        "('draft', 'D1', 1, 1, '2026-06-20', '1', '2', '99490', '  ', '11', 1, null), "
        "('draft', 'D2', 1, 2, '2026-06-20', '1', '2', 'ZZZZZ', ' 25 ', '11', 1, null), "
        "('draft', 'D3', 1, 3, '2026-06-20', '1', '2', '99490', '  ', '11', 1, 60.00)"
    )
    return con


def amounts(con: duckdb.DuckDBPyConnection) -> list[object]:
    return [row[0] for row in con.execute("select allowed_amount from line order by claim_id").fetchall()]


def test_without_a_schedule_the_dollars_stay_unknown(tmp_path: Path) -> None:
    con = drafts()
    said = draft_amounts.fill_amounts(con, "line", open_context(home=tmp_path))
    assert "2 lines name no amount" in said[0] and "unknown" in said[0]
    assert amounts(con) == [None, None, Decimal("60.00")]


@pytest.mark.skipif(not DATA.is_dir(), reason="no test data: see CONTRIBUTING.md")
def test_the_national_amount_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """99490 outside a facility in 2026 is 66.13 (docs/apcm.md); a code there is not stays unknown."""

    def schedule(warehouse: Warehouse) -> duckdb.DuckDBPyConnection:
        return fee_schedule()

    monkeypatch.setattr(draft_amounts, "open_schedule", schedule)
    con = drafts()
    said = draft_amounts.fill_amounts(con, "line", open_context(home=tmp_path))
    assert amounts(con) == [Decimal("66.13"), None, Decimal("60.00")]
    assert "1 of them it does not price" in said[0]
