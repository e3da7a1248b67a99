"""From claim versions to final claims: the packet's own example, and what it leaves open."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from corridor.engine.run import Runner
from corridor.engine.warehouse import Warehouse
from corridor.law import load_rules
from tests.sources.cclf.build import MBI, OTHER, carrier, header, link, person, write
from tests.sources.cclf.conftest import Loader

Tables = Callable[[], duckdb.DuckDBPyConnection]

# CCLF Information Packet v38, tables 4 to 7 (cclf-layout.md 5.6).
PART_A = [
    header("4000000000001", 200),
    header("4000000000002", 0, "2"),
    header("4000000000003", 200, "1"),
    header("4000000000004", 210, "2"),
    header("4000000000005", 0, "2"),
    header("4000000000006", 0, "1"),
    header("4000000000007", 50, "0", clm_from_dt="2024-08-20", clm_thru_dt="2024-08-29"),
]
PART_B = [
    *(carrier("5000000000001", line, paid, "1") for line, paid in enumerate((380, 227, 0), 1)),
    *(carrier("5000000000002", line, paid, "0") for line, paid in enumerate((380, 227, 100), 1)),
    *(carrier("5000000000003", line, paid, "0") for line, paid in enumerate((380, 227, 0), 1)),
]


@pytest.fixture
def example(tmp_path: Path, loader: Loader, tables: Tables) -> duckdb.DuckDBPyConnection:
    loader(write(tmp_path / "in", {"cclf1": PART_A, "cclf5": PART_B, "cclf8": [person()]}))
    return tables()


def paid(con: duckdb.DuckDBPyConnection, where: str = "true") -> Decimal:
    found = con.execute(
        f"select coalesce(sum(paid_amount), 0) from cclf.medical_claim where {where}"
    ).fetchone()
    assert found is not None
    return Decimal(found[0])


def test_part_a_sums_to_260(example: duckdb.DuckDBPyConnection) -> None:
    # 200 + 0 - 200 + 210 + 0 - 0 + 50
    assert paid(example, "claim_type = 'institutional'") == Decimal("260.00")


def test_part_b_sums_to_707(example: duckdb.DuckDBPyConnection) -> None:
    # -(380 + 227 + 0) + (380 + 227 + 100) + (380 + 227 + 0)
    assert paid(example, "claim_type = 'professional'") == Decimal("707.00")


def test_parts_a_and_b_sum_to_967(example: duckdb.DuckDBPyConnection) -> None:
    assert paid(example) == Decimal("967.00")


def test_final_claims_are_4_and_7_and_one_of_2_and_5(example: duckdb.DuckDBPyConnection) -> None:
    rows = example.execute(
        "select claim_id from cclf.medical_claim where claim_type = 'institutional' order by 1"
    ).fetchall()
    final = {row[0][-1] for row in rows}
    assert {"4", "7"} < final
    assert len(final) == 3
    assert len(final & {"2", "5"}) == 1


def test_one_part_b_claim_remains(example: duckdb.DuckDBPyConnection) -> None:
    rows = example.execute(
        "select claim_id, claim_line_number, paid_amount from cclf.medical_claim "
        "where claim_type = 'professional' order by 2"
    ).fetchall()
    # the cancellation takes away the equal original, not the one with 100 on its third line
    assert rows == [
        ("5000000000002", 1, Decimal("380.00")),
        ("5000000000002", 2, Decimal("227.00")),
        ("5000000000002", 3, Decimal("100.00")),
    ]


def test_the_counts_tie_out_to_the_signed_sum(example: duckdb.DuckDBPyConnection) -> None:
    rows = example.execute(
        "select outcome, sum(claim_versions), sum(signed_amount), sum(net_amount) from cclf.rollup_count "
        "where file_type = 'cclf1' group by 1 order by 1"
    ).fetchall()
    assert [(row[0], row[1]) for row in rows] == [("cancellation", 2), ("cancelled", 2), ("final", 3)]
    assert sum(row[2] for row in rows) == sum(row[3] for row in rows) == Decimal("260.00")


def test_a_cancellation_that_arrives_a_month_later_nets(
    tmp_path: Path, loader: Loader, tables: Tables
) -> None:
    loader(write(tmp_path / "a", {"cclf1": PART_A[:2], "cclf8": [person()]}))
    loader(
        write(
            tmp_path / "b",
            {"cclf1": PART_A[2:], "cclf5": PART_B, "cclf8": [person(bene_age=75)]},
            "D241001.T0102030",
        )
    )
    assert paid(tables()) == Decimal("967.00")


def test_rows_of_two_deliveries_count_once(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(write(tmp_path / "a", {"cclf1": PART_A, "cclf5": PART_B[:4], "cclf8": [person()]}))
    loader(
        write(
            tmp_path / "b",
            {
                "cclf1": [*PART_A, header("4000000000009", 5, clm_blg_prvdr_oscar_num="111111")],
                "cclf5": PART_B,
                "cclf8": [person(bene_age=75)],
            },
            "D241001.T0102030",
        )
    )
    # 967 and the one new claim of 5
    assert paid(tables()) == Decimal("972.00")


def test_a_cancellation_under_an_older_identifier_nets(
    tmp_path: Path, loader: Loader, tables: Tables
) -> None:
    loader(
        write(
            tmp_path / "a",
            {"cclf1": [header("4000000000001", 200, bene_mbi_id=OTHER)], "cclf8": [person(OTHER)]},
        )
    )
    con = tables()
    assert paid(con) == Decimal("200.00")
    # the next month knows that OTHER became MBI, and cancels under the new one
    loader(
        write(
            tmp_path / "b",
            {"cclf1": [header("4000000000002", 200, "1")], "cclf8": [person()], "cclf9": [link(MBI, OTHER)]},
            "D241001.T0102030",
        )
    )
    con = tables()
    assert paid(con) == Decimal("0.00")
    people = con.execute("select count(distinct person_id) from cclf.eligibility").fetchone()
    assert people == (1,)


def test_chained_identifiers_are_one_person(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    third = "3GJ6VG7PM95"
    loader(
        write(
            tmp_path / "a",
            {
                "cclf5": [
                    carrier("5000000000001", 1, 10),
                    carrier("5000000000004", 1, 20, bene_mbi_id=OTHER, clm_cntl_num="8"),
                    carrier("5000000000005", 1, 30, bene_mbi_id=third, clm_cntl_num="9"),
                ],
                "cclf8": [person(third)],
                "cclf9": [link(OTHER, MBI), link(third, OTHER)],
            },
        )
    )
    con = tables()
    assert con.execute("select count(distinct person_id), count(*) from cclf.medical_claim").fetchone() == (
        1,
        3,
    )


def test_denied_claims_and_lines_are_dropped_and_counted(
    tmp_path: Path, loader: Loader, tables: Tables
) -> None:
    loader(
        write(
            tmp_path / "a",
            {
                "cclf1": [
                    header("4000000000001", 200, clm_mdcr_npmt_rsn_cd="N"),
                    header("4000000000002", 70, clm_blg_prvdr_oscar_num="1"),
                ],
                "cclf5": [
                    carrier("5000000000001", 1, 10),
                    carrier("5000000000001", 2, 0, clm_prcsg_ind_cd="C"),
                    carrier("5000000000002", 1, 0, clm_carr_pmt_dnl_cd="0", clm_cntl_num="8"),
                ],
                "cclf8": [person()],
            },
        )
    )
    con = tables()
    assert con.execute(
        "select claim_id, claim_line_number from cclf.medical_claim order by 1, 2"
    ).fetchall() == [
        ("4000000000002", 1),
        ("5000000000001", 1),
    ]
    counted = con.execute(
        "select file_type, claim_versions from cclf.rollup_count where outcome = 'denied' order by 1"
    ).fetchall()
    assert counted == [("cclf1", 1), ("cclf5", 1)]


def test_a_denied_claim_and_its_cancellation_go_together(
    tmp_path: Path, loader: Loader, tables: Tables
) -> None:
    loader(
        write(
            tmp_path / "a",
            {
                "cclf1": [
                    header("4000000000001", 90, clm_mdcr_npmt_rsn_cd="N"),
                    header("4000000000002", 90, "1"),
                    header("4000000000003", 100, "2"),
                ],
                "cclf8": [person()],
            },
        )
    )
    # the denied original is taken away by its cancellation: 100 remains, not 10
    assert paid(tables()) == Decimal("100.00")


def test_a_cancellation_of_another_amount_lowers_its_key(
    tmp_path: Path, loader: Loader, tables: Tables
) -> None:
    loader(
        write(
            tmp_path / "a",
            {"cclf1": [header("4000000000001", 200), header("4000000000002", 50, "1")], "cclf8": [person()]},
        )
    )
    con = tables()
    assert paid(con) == Decimal("150.00")  # 200 - 50: the signed sum of the packet
    assert con.execute("select count(*) from cclf.medical_claim").fetchone() == (1,)


def test_a_cancellation_alone_is_counted_apart(tmp_path: Path, loader: Loader, tables: Tables) -> None:
    loader(write(tmp_path / "a", {"cclf1": [header("4000000000001", 200, "1")], "cclf8": [person()]}))
    con = tables()
    assert con.execute("select count(*) from cclf.medical_claim").fetchone() == (0,)
    assert con.execute("select outcome, signed_amount from cclf.rollup_count").fetchall() == [
        ("cancellation_without_original", Decimal("-200.00"))
    ]


def run_steps(warehouse: Warehouse) -> dict[str, str]:
    """Run the CCLF steps through the engine; what it said of each."""
    said: dict[str, str] = {}
    force = load_rules(["claims"]).in_force(performance_year=2024)
    years = {"performance_year": 2024, "payment_year": 2026, "data_year": 2024}
    runner = Runner(warehouse, force, years, progress=lambda step, *how: said.update({step: str(how[-1])}))
    runner.run(["cclf.medical_claim", "cclf.rollup_count"])
    return said


SEPTEMBER = {"clm_from_dt": "2024-09-03", "clm_thru_dt": "2024-09-03"}


def test_a_new_month_leaves_the_others_alone(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    loader(write(tmp_path / "a", {"cclf1": PART_A, "cclf5": PART_B, "cclf8": [person()]}))
    assert run_steps(warehouse)["cclf.medical_claim"] == "2 of 2 months"  # July and August
    later = {
        "cclf1": [header("4000000000008", 1, **SEPTEMBER)],
        "cclf5": [carrier("5000000000009", 1, 5, clm_cntl_num="9", **SEPTEMBER)],
        "cclf8": [person(bene_age=75)],
    }
    loader(write(tmp_path / "b", later, "D241001.T0102030"))
    said = run_steps(warehouse)
    assert said["cclf.claim_version"] == said["cclf.medical_claim"] == "1 of 3 months"


def test_a_new_month_may_hold_one_part_only(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    loader(write(tmp_path / "a", {"cclf1": PART_A, "cclf5": PART_B, "cclf8": [person()]}))
    run_steps(warehouse)
    later = carrier("5000000000009", 1, 5, clm_cntl_num="9", **SEPTEMBER)
    loader(write(tmp_path / "b", {"cclf5": [later], "cclf8": [person(bene_age=75)]}, "D241001.T0102030"))
    assert run_steps(warehouse)["cclf.medical_claim"] == "1 of 3 months"
