"""What loads: the public sets with the totals of their READMEs, forms of names, bad rows, repeats."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.sources.cclf.names import read_name
from tests.sources.cclf.build import (
    MBI,
    OTHER,
    carrier,
    file_name,
    header,
    link,
    person,
    record,
    summary,
    write,
)
from tests.sources.cclf.conftest import Loader

# The README of cclf-fixed-width.
RANDOM_ROWS = {
    "cclf1": 1500, "cclf2": 2980, "cclf3": 1500, "cclf4": 1500, "cclf5": 2980, "cclf6": 2980, "cclf7": 1500,
    "cclf8": 150, "cclf9": 150, "cclfa": 1500, "cclfb": 2980,
}  # fmt: skip


def raw(warehouse: Warehouse, table: str, what: str) -> list[tuple[object, ...]]:
    parts = [str(part) for one in warehouse.deliveries() for part in one.parts(f"cclf_raw.{table}")]
    return duckdb.sql(f"select {what} from read_parquet({parts})").fetchall()


def rejects(warehouse: Warehouse) -> list[tuple[object, ...]]:
    parts = [str(part) for one in warehouse.deliveries() for part in (one.path / "rejects").glob("*.parquet")]
    return duckdb.sql(
        f"select line_number, field, reason_code, reason, raw_text from read_parquet({parts}) order by 1"
    ).fetchall()


def test_random_files(test_data: Path, loader: Loader, warehouse: Warehouse) -> None:
    done = loader(test_data / "cclf-fixed-width")
    assert {one.kind: one.rows_kept for one in done.deliveries[0].files} == RANDOM_ROWS
    assert done.rows_in == done.rows_kept + done.rows_set_aside == sum(RANDOM_ROWS.values())
    assert done.rows_set_aside == 0
    assert (done.deliveries[0].source_id, str(done.deliveries[0].file_date)) == ("A9901", "2024-09-01")
    record_of = warehouse.deliveries()[0].record
    assert {
        table.partition(".")[2]: entry["rows"] for table, entry in record_of["tables"].items()
    } == RANDOM_ROWS


def test_random_files_agree_with_a_reading_by_hand(
    test_data: Path, loader: Loader, warehouse: Warehouse
) -> None:
    loader(test_data / "cclf-fixed-width")
    lines = (test_data / "cclf-fixed-width" / file_name("cclf5")).read_text().splitlines()
    paid = sum(Decimal(line[102:117].strip()) for line in lines)  # positions 103-117
    codes = [line[97:102].strip() for line in lines]  # positions 98-102
    rows = raw(warehouse, "cclf5", "line_number, clm_line_hcpcs_cd, clm_line_cvrd_pd_amt, clm_line_from_dt")
    assert sum(Decimal(str(row[2])) for row in rows) == paid
    assert [row[1] for row in sorted(rows)] == codes
    assert [str(row[3]) for row in sorted(rows)] == [line[77:87] for line in lines]


@pytest.mark.parametrize(
    ("folder", "people"),
    [("test_dev", 40), ("test_small", 2490), ("test_medium", 7490), ("test-partially-adjudicated_dev", 200)],
)
def test_short_forms(test_data: Path, loader: Loader, folder: str, people: int) -> None:
    done = loader(test_data / "cclf-bcda" / "files" / folder)
    assert {one.kind: one.rows_kept for one in done.deliveries[0].files} == {"cclf8": people, "cclf9": 2}
    assert done.rows_in == done.rows_kept


@pytest.mark.parametrize(
    ("name", "rows"), [("A0001", {"cclf8": 7, "cclf9": 6}), ("A9988", {"cclf8": 6}), ("A9989", {"cclf8": 6})]
)
def test_zips(test_data: Path, loader: Loader, tmp_path: Path, name: str, rows: dict[str, int]) -> None:
    # CMS sends them without the .zip suffix
    path = tmp_path / f"T.BCD.{name}.ZCY18.D181120.T1000000"
    shutil.copy(test_data / "cclf-bcda" / "zip" / f"{path.name}.zip", path)
    done = loader(path)
    assert {one.kind: one.rows_kept for one in done.deliveries[0].files} == rows
    assert (done.deliveries[0].source_id, str(done.deliveries[0].file_date)) == (name, "2018-11-20")


def test_all_of_bcda_at_once(test_data: Path, loader: Loader) -> None:
    done = loader(test_data / "cclf-bcda")
    assert done.rows_in == done.rows_kept
    assert any("opt-out" in name for name, _ in done.passed_over)


def test_the_same_delivery_twice_adds_nothing(test_data: Path, loader: Loader, warehouse: Warehouse) -> None:
    first = loader(test_data / "cclf-fixed-width")
    second = loader(test_data / "cclf-fixed-width")
    assert (first.deliveries[0].added, second.deliveries[0].added) == (True, False)
    assert second.rows_in == first.rows_in
    assert len(warehouse.deliveries()) == 1


def test_the_same_delivery_zipped_adds_nothing(
    test_data: Path, loader: Loader, warehouse: Warehouse, tmp_path: Path
) -> None:
    loader(test_data / "cclf-fixed-width")
    inner = tmp_path / "P.A9901.ACO.ZCY24.D240901.T0102030"
    with zipfile.ZipFile(inner, "w") as archive:
        for path in sorted((test_data / "cclf-fixed-width").glob("P.*")):
            archive.write(path, f"folder/{path.name}")
    outer = tmp_path / "download.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, inner.name)
    assert not loader(outer).deliveries[0].added
    assert len(warehouse.deliveries()) == 1


def test_a_month_is_added(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    write(tmp_path / "in", {"cclf5": [carrier("5000000000001", 1, 1)], "cclf8": [person()]})
    write(
        tmp_path / "in",
        {"cclf5": [carrier("5000000000002", 1, 2)], "cclf8": [person(bene_age=75)]},
        "D241001.T0102030",
    )
    done = loader(tmp_path / "in")
    assert [str(one.file_date) for one in done.deliveries] == ["2024-09-01", "2024-10-01"]
    assert len(warehouse.deliveries()) == 2
    assert raw(warehouse, "cclf5", "count(*), count(distinct person_id)") == [(2, 1)]


def test_files_loaded_one_by_one(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    extra = record("cclfb", cur_clm_uniq_id="5000000000001", clm_line_num=1, bene_mbi_id=MBI)
    folder = write(tmp_path / "in", {"cclf5": [carrier("5000000000001", 1, 1)], "cclfb": [extra]})
    loader(folder / file_name("cclf5"))
    loader(folder / file_name("cclfb"))
    # B carries no date: it takes the month of the claim, which came earlier
    assert raw(warehouse, "cclfb", "service_month") == [(202407,)]
    again = loader(folder)
    assert not again.deliveries[0].added


def test_a_file_already_loaded_is_passed_over(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    folder = write(tmp_path / "in", {"cclf5": [carrier("5000000000001", 1, 1)], "cclf8": [person()]})
    loader(folder / file_name("cclf8"))
    done = loader(folder)
    assert [one.kind for one in done.deliveries[0].files] == ["cclf5"]
    assert any("loaded already" in warning for warning in done.deliveries[0].warnings)


def test_bad_rows_are_kept_aside(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    good = carrier("5000000000001", 1, 12.5)
    folder = write(tmp_path / "in", {"cclf8": [person()]})
    bad = [
        good,
        carrier("5000000000002", 1, 1, clm_line_from_dt="2024-13-45"),
        good[:102] + "         ABC.00" + good[117:],  # the paid amount
        " " * 13 + good[13:],
        good[:13] + " " * 10 + good[23:],
        carrier("5000000000003", 1, 1, clm_from_dt="2023-02-29", clm_line_thru_dt="20240703"),
        carrier("5000000000004", 1, 1, clm_from_dt="2024-02-29"),
    ]
    (folder / file_name("cclf5")).write_text("".join(line + "\n" for line in bad))
    done = loader(folder)
    assert (done.rows_in, done.rows_kept, done.rows_set_aside) == (8, 3, 5)
    assert [row[:3] for row in rejects(warehouse)] == [
        (2, "clm_line_from_dt", "BAD-DATE"),
        (3, "clm_line_cvrd_pd_amt", "BAD-NUMBER"),
        (4, "cur_clm_uniq_id", "BLANK-KEY"),
        (5, "clm_line_num", "BLANK-KEY"),
        (6, "clm_from_dt", "BAD-DATE"),
    ]
    assert rejects(warehouse)[4][3] == (
        "clm_from_dt is a day that does not exist; clm_line_thru_dt is not a date YYYY-MM-DD"
    )
    assert [row[4] for row in rejects(warehouse)] == bad[1:6]
    assert sorted(raw(warehouse, "cclf5", "line_number")) == [(1,), (7,)]
    assert done.deliveries[0].reasons == {"BAD-DATE": 2, "BAD-NUMBER": 1, "BLANK-KEY": 2}


def test_numbers_too_large_are_kept_aside(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    good = header("4000000000001", 1)
    large = good[:218] + "9" * 19 + ".00" + good[240:]  # operating IME, -9(18).99
    folder = write(tmp_path / "in", {"cclf1": [good, large, good], "cclf8": [person()]})
    assert loader(folder).rows_set_aside == 1
    assert rejects(warehouse)[0][:3] == (2, "clm_oprtnl_ime_amt", "NUMBER-TOO-LARGE")


def test_lines_of_a_header_set_aside_are_no_damage(tmp_path: Path, loader: Loader) -> None:
    lines = [
        record("cclf2", cur_clm_uniq_id=f"400000000000{at}", clm_line_num=1, bene_mbi_id=MBI,
               clm_from_dt="2024-07-01", clm_thru_dt="2024-07-08") for at in (1, 2, 3)
    ]  # fmt: skip
    headers = [header(f"400000000000{at}", 1) for at in (1, 2)] + [
        header("4000000000003", 1, clm_efctv_dt="2024-77-01")
    ]
    done = loader(write(tmp_path / "in", {"cclf1": headers, "cclf2": lines, "cclf8": [person()]}))
    assert (done.rows_kept, done.rows_set_aside) == (6, 1)


def test_amounts_as_feeds_write_them(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    good = carrier("5000000000001", 1, 1)
    right = ["12.50", "000000000012.50", "-12.50", ".50", "12", "+012.50", ""]
    forms = [f"{text:>15}" for text in right] + ["12.50".ljust(15), "          ~    "]
    lines = [good[:13] + f"{at:>10}" + good[23:102] + text + good[117:] for at, text in enumerate(forms, 1)]
    assert loader(write(tmp_path / "in", {"cclf5": lines, "cclf8": [person()]})).rows_set_aside == 0
    rows = sorted(raw(warehouse, "cclf5", "clm_line_num, clm_line_cvrd_pd_amt"))
    assert [None if row[1] is None else float(str(row[1])) for row in rows] == [
        12.5, 12.5, -12.5, 0.5, 12.0, 12.5, None, 12.5, None,
    ]  # fmt: skip


def test_tildes_stand_for_nothing(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    lines = [
        carrier(f"500000000000{at}", 1, 1, hcpcs_1_mdfr_cd="~", clm_pos_cd="~~", clm_line_thru_dt="~")
        for at in (1, 2)
    ]
    assert loader(write(tmp_path / "in", {"cclf5": lines, "cclf8": [person()]})).rows_set_aside == 0
    assert (
        raw(warehouse, "cclf5", "hcpcs_1_mdfr_cd, clm_pos_cd, clm_line_thru_dt") == [(None, None, None)] * 2
    )


@pytest.mark.parametrize("last", ["", "\r\n"])
def test_windows_line_ends(tmp_path: Path, loader: Loader, warehouse: Warehouse, last: str) -> None:
    folder = write(tmp_path / "in", {"cclf8": [person()]})
    lines = [carrier(f"500000000000{at}", 1, at) for at in (1, 2, 3)]
    (folder / file_name("cclf5")).write_bytes(("\r\n".join(lines) + last).encode())
    assert loader(folder).rows_kept == 4
    assert raw(warehouse, "cclf5", "sum(clm_line_cvrd_pd_amt)") == [(Decimal("6.00"),)]


def test_the_2018_layout(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    old = record(
        "cclf1",
        "2018",
        cur_clm_uniq_id="4000000000001",
        bene_mbi_id=MBI,
        clm_type_cd="60",
        prvdr_oscar_num="654321",
        clm_from_dt="2018-01-01",
        clm_thru_dt="2018-01-05",
        clm_pmt_amt=7,
    )
    loader(write(tmp_path / "in", {"cclf1": [old], "cclf8": [person()]}))
    assert raw(warehouse, "cclf1", "prvdr_oscar_num, clm_blg_prvdr_oscar_num, clm_pmt_amt") == [
        ("654321", None, Decimal("7.00"))
    ]
    assert warehouse.deliveries()[0].record["notes"]["packet_version"] == "2018"


def test_the_prescriber_of_packet_v40(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    line = record("cclf7", "v40", cur_clm_uniq_id="7", bene_mbi_id=MBI, clm_line_from_dt="2025-08-01",
                  clm_prsbng_prvdr_gnrc_id_num="1234567893")  # fmt: skip
    loader(write(tmp_path / "in", {"cclf7": [line], "cclf8": [person()]}))
    assert raw(warehouse, "cclf7", "clm_prsbng_prvdr_gnrc_id_num, service_month") == [("1234567893", 202508)]
    assert warehouse.deliveries()[0].record["notes"]["packet_version"] == "v40"


@pytest.mark.parametrize(
    ("name", "kind", "source", "run"),
    [
        ("P.A9901.ACO.ZC5Y24.D240901.T0102030", "cclf5", "A9901", "Y"),
        ("T.A9901.ACO.ZCAR23.D240301.T0102030.txt", "cclfa", "A9901", "R"),
        ("P.A9901.ACO.ZCR23.D240301.T0102030.zip", "", "A9901", "R"),
        ("P.D0123.ACO.ZC8Y25.D250901.T0102030", "cclf8", "D0123", "Y"),
        ("P.P012345.PCF.ZC1Y25.D250901.T0102030", "cclf1", "P012345", "Y"),
        ("P.A9901.ACO.ZCWY25.S250801.E250807.D250810.T0102030", "", "A9901", "WY"),
        ("P.A9901.ACO.ZC1WY25.S250801.E250807.D250810.T0102030", "cclf1", "A9901", "WY"),
        ("T.BCD.A0001.ZC9Y18.D181120.T1000010", "cclf9", "A0001", "Y"),
        ("ZC8", "cclf8", "", ""),
    ],
)
def test_names(name: str, kind: str, source: str, run: str) -> None:
    found = read_name(name)
    assert found is not None
    assert (found.file_type, found.source_id, found.run) == (kind, source, run)


def test_no_identifier_reaches_the_raw_tables(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    files = {"cclf5": [carrier("5000000000001", 1, 1)], "cclf8": [person()], "cclf9": [link(MBI, OTHER)]}
    loader(write(tmp_path / "in", files))
    delivery = warehouse.deliveries()[0].path
    for part in (delivery / "raw").rglob("*.parquet"):
        text = str(duckdb.sql(f"select * from read_parquet('{part}')").fetchall())
        assert not any(word in text for word in (MBI, OTHER, "SAMPLE", "PERSON"))
    names = duckdb.sql(f"select * from read_parquet('{delivery}/identity/cclf8_person*.parquet')").fetchall()
    assert "SAMPLE" in str(names)


def test_people_missing_from_cclf8_are_warned_of(tmp_path: Path, loader: Loader) -> None:
    done = loader(
        write(tmp_path / "in", {"cclf5": [carrier("5000000000001", 1, 1)], "cclf8": [person(OTHER)]})
    )
    assert "CCLF5: 1 beneficiaries are not in CCLF8." in done.deliveries[0].warnings


def test_control_totals(tmp_path: Path, loader: Loader, warehouse: Warehouse) -> None:
    files = {
        "cclf5": [carrier("5000000000001", 1, 10), carrier("5000000000002", 1, 4, "1"),
                  carrier("5000000000003", 1, 2, clm_thru_dt="2024-08-02", clm_type_cd="72")],
        "cclf8": [person()],
    }  # fmt: skip
    files["cclf0"] = summary(files)
    done = loader(write(tmp_path / "in", files))
    assert done.deliveries[0].warnings == []
    entry = warehouse.deliveries()[0].record["notes"]["control_totals"]["cclf5"]
    assert (entry["rows_in"], entry["rows_kept"], entry["bytes"]) == (3, 3, 3 * 389)
    assert entry["by_claim_type_and_month"] == [
        {"claim_type_code": "71", "service_month": 202407, "rows": 2, "dollars": "6.00"},  # 10 - 4
        {"claim_type_code": "72", "service_month": 202408, "rows": 1, "dollars": "2.00"},
    ]
    assert (entry["dollars"], entry["first_date"], entry["last_date"]) == ("8.00", "2024-07-03", "2024-08-02")


def test_a_missing_cclf0_is_a_warning(tmp_path: Path, loader: Loader) -> None:
    done = loader(write(tmp_path / "in", {"cclf8": [person()]}))
    assert any("no CCLF0" in warning for warning in done.deliveries[0].warnings)


def test_pieces_make_no_difference(
    test_data: Path, loader: Loader, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 1,000 records a piece: line numbers and rows are those of the file read at once
    monkeypatch.setattr("corridor.sources.cclf.records.PIECE_ROWS", 1000)
    monkeypatch.setattr("corridor.sources.cclf.records.PIECE_BYTES", 1)
    loader(test_data / "cclf-fixed-width")
    lines = (test_data / "cclf-fixed-width" / file_name("cclf5")).read_text().splitlines()
    rows = sorted(raw(warehouse, "cclf5", "line_number, clm_line_hcpcs_cd"))
    assert rows == [(at, line[97:102].strip()) for at, line in enumerate(lines, 1)]


def test_threads_make_no_difference(test_data: Path, tmp_path: Path) -> None:
    from corridor.sources.cclf.load import load

    digests = []
    for threads in (1, 2):
        home = Warehouse.open(tmp_path / f"home{threads}")
        load([test_data / "cclf-fixed-width"], home, {"threads": threads}, lambda *_: None)
        folder = home.deliveries()[0].path
        digests.append(
            [
                duckdb.sql(
                    f"select count(*), bit_xor(hash(t)) from read_parquet('{table}/*.parquet') t"
                ).fetchall()
                for table in sorted((folder / "raw").iterdir())
            ]
        )
    assert digests[0] == digests[1]


def test_the_command_prints_one_json_object(test_data: Path, warehouse_home: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "corridor.cli.main", "load", *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    folder = str(test_data / "cclf-fixed-width")
    done = run("cclf", folder, "--json", "--source-id", "ACO7")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer["rows_in"] == answer["rows_kept"] + answer["rows_set_aside"] == 19720
    assert {row["kind"]: row["rows_in"] for row in answer["rows"]} == RANDOM_ROWS
    assert {row["source_id"] for row in answer["rows"]} == {"ACO7"}
    again = run("cclf", folder)
    assert again.returncode == 0
    assert "loaded already" in again.stdout
    assert json.loads(run("hl7", folder, "--json").stdout)["error"]["code"] == "LOAD-FORMAT"
    missing = run("cclf", folder + "-nowhere")
    assert missing.returncode == 1
    assert "LOAD-NO-SUCH-FILE" in missing.stderr


def test_an_unknown_source_is_said(test_data: Path, loader: Loader) -> None:
    done = loader(test_data / "cclf-bcda" / "files" / "test_dev")
    assert done.deliveries[0].source_id == "unknown"
    with pytest.raises(CorridorError):
        loader(test_data / "cclf-bcda" / "README.md")
