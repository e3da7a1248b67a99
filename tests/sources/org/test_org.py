"""The organisation's own lists: CSV and Excel, right and wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.sources.org.load import FORMATS, file_day, load, report_period
from corridor.sources.org.tables import RAW_TABLES
from corridor.sources.summary import LoadSummary
from tests.sources.rif.running import all_text

ROSTER = "npi,tin,clinician_name,specialty_code,site_zip,cbsa,practice_size,start_date,end_date\n"


def loaded(fmt: str, home: Path, *paths: Path) -> LoadSummary:
    return load(paths, Warehouse.open(home), {"format": fmt})


def refused(fmt: str, home: Path, path: Path) -> CorridorError:
    with pytest.raises(CorridorError) as caught:
        loaded(fmt, home, path)
    assert Warehouse.open(home).deliveries() == []
    return caught.value


def rows(home: Path, table: str, columns: str = "*") -> list[tuple[object, ...]]:
    parts = [str(p) for d in Warehouse.open(home).deliveries() for p in d.parts(f"org_raw.{table}")]
    return duckdb.sql(f"select {columns} from read_parquet({parts}) order by all").fetchall()


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_roster_is_typed(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "roster_2027-03-01.csv",
        ROSTER + '1003000126,12-3456789,"Example, Ann",6,2118,14460,12,2025-01-01,\n'
        "1003000134,1234567,Example Bo,72,02118-1234,14460,12,1/15/2026,12/31/2027\n",
    )
    summary = loaded("roster", tmp_path / "home", path)
    assert summary.deliveries[0].file_date == date(2027, 3, 1)
    assert summary.deliveries[0].warnings == []
    found = rows(
        tmp_path / "home",
        "provider_roster",
        "npi, tin, clinician_name, specialty_code, site_zip, practice_size, start_date, end_date",
    )
    assert found == [
        ("1003000126", "123456789", "Example, Ann", "06", "02118", 12, date(2025, 1, 1), None),
        (
            "1003000134",
            "001234567",
            "Example Bo",
            "72",
            "021181234",
            12,
            date(2026, 1, 15),
            date(2027, 12, 31),
        ),
    ]


def test_an_excel_roster_is_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Our clinicians"])
    book.active.append(
        ["NPI", "TIN", "Clinician Name", "Specialty Code", "Site ZIP", "Practice size", "Start date"]
    )
    book.active.append([1003000126, 12345678, "Example, Ann", 6, 2118, 12, date(2025, 1, 1)])
    path = tmp_path / "roster.xlsx"
    book.save(path)
    loaded("roster", tmp_path / "home", path)
    found = rows(
        tmp_path / "home",
        "provider_roster",
        "npi, tin, specialty_code, site_zip, practice_size, start_date, cbsa",
    )
    assert found == [("1003000126", "012345678", "06", "02118", 12, date(2025, 1, 1), None)]


def test_bad_rows_are_set_aside_and_odd_npis_are_told(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "roster.csv",
        ROSTER
        + "123,123456789,,,,,0,,\n,123456789,,,,,1,,\n"
        + "1234567890,123456789,,,,,1,soon,\n1234567890,123456789,,,,,1,,\n",
    )
    summary = loaded("roster", tmp_path / "home", path)
    one = summary.deliveries[0]
    assert (one.rows_in, one.rows_kept, one.rows_set_aside) == (4, 1, 3)
    assert one.reasons == {"bad-date": 1, "no-value": 1, "out-of-range": 1}
    assert one.warnings == ["1 of 1 NPIs in roster.csv are not ten digits with a right check digit."]


def test_a_participant_list(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "participants.csv",
        "aco_id,tin,npi,legal_name,start_date,end_date\na9999,123456789,1003000126,Example,2027-01-01,\n",
    )
    loaded("participants", tmp_path / "home", path)
    assert rows(tmp_path / "home", "participant_list", "aco_id, tin, npi, legal_name") == [
        ("A9999", "123456789", "1003000126", "Example")
    ]


def test_quality_and_attestations(tmp_path: Path) -> None:
    quality = write(
        tmp_path,
        "quality.csv",
        "performance_year,tin,npi,measure_id,collection_type,rate,eligible_cases,data_completeness\n"
        "2027,123456789,,5,MIPS CQM,85.5%,40,90\n2027,123456789,1003000126,236,eCQM,71,120,100\n"
        "2027,123456789,1003000126,492,administrative_claims,12.5,25,\n2027,123456789,,236,fax,71,120,100\n",
    )
    attested = write(
        tmp_path,
        "attested.csv",
        "performance_year,tin,improvement_activities_attested,promoting_interoperability_score\n"
        "2027,123456789,2,0.95\n2027,123456780,3,0.95\n2027,123456781,2,95\n",
    )
    summary = loaded("quality", tmp_path / "home", quality, attested)
    assert {one.kind: (one.rows_kept, one.rows_set_aside) for one in summary.deliveries[0].files} == {
        "quality_result": (3, 1),
        "category_attestation": (1, 2),
    }
    assert rows(tmp_path / "home", "quality_result", "measure_id, collection_type, rate, npi") == [
        ("005", "mipscqm", 85.5, None),
        ("236", "ecqm", 71.0, "1003000126"),
        ("492", "administrative_claims", 12.5, "1003000126"),
    ]
    assert rows(tmp_path / "home", "category_attestation", "tin, improvement_activities_attested") == [
        ("123456789", 2)
    ]


def test_rates_as_fractions_are_told(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "quality.csv",
        "performance_year,tin,measure_id,collection_type,rate\n2027,123456789,236,ecqm,0.85\n",
    )
    assert "as percent" in loaded("quality", tmp_path / "home", path).deliveries[0].warnings[0]


# ---- assignment list reports -------------------------------------------------------------------


def test_the_shared_assignment_lists(test_data: Path, tmp_path: Path) -> None:
    """Six people each; table1 begins with a byte-order mark; NOT_FOUND people are people too."""
    folder = test_data / "mssp" / "assignment-list-report"
    summary = loaded("alr", tmp_path / "home", folder / "table1.csv", folder / "table2.csv")
    assert {one.kind: one.rows_kept for one in summary.deliveries[0].files} == {"alr_1_1": 6, "alr_1_2": 6}
    assert len(rows(tmp_path / "home", "assignment_list", "person_id")) == 6
    services = rows(tmp_path / "home", "assignment_service", "tin")
    assert ("134382762",) in services and len(services) == 6
    text = all_text(tmp_path / "home")
    assert "95656775cf2" not in text and "Jones" not in text


def test_bad_dates_are_one_clear_refusal(test_data: Path, tmp_path: Path) -> None:
    """Each row has a date that is not mm/dd/yyyy."""
    error = refused("alr", tmp_path / "home", test_data / "mssp" / "assignment-list-report" / "bad_dates.csv")
    assert error.code == "TABULAR-NO-GOOD-ROW"
    assert error.line == 2 and error.field == "bene_death_dt" and "mm/dd/yyyy" in error.what
    assert "2020-01-01" not in error.text()


def alr(folder: Path, name: str, more: str = "", values: str = "") -> Path:
    flags = ",".join(f"ENROLLFLAG{n}" for n in range(1, 13))
    return write(
        folder,
        name,
        "BENE_MBI_ID,BENE_HIC_NUM,BENE_1ST_NAME,BENE_LAST_NAME,BENE_SEX_CD,BENE_BRTH_DT,BENE_DEATH_DT,"
        f"PARTD_MONTHS,{flags},ESRD_SCORE,DIS_SCORE,AGDU_SCORE,AGND_SCORE{more}\n"
        f"1S00E00AA00,,Ann,Example,2,02/01/1950,,12,4,4,4,4,4,4,3,3,3,3,3,0,0,,0,1.25{values}\n",
    )


def test_an_assignment_list_with_its_period_in_the_name(tmp_path: Path) -> None:
    path = alr(tmp_path, "P.A9999.ACO.QALR.2027Q1.D270415.T0100000_1-1.csv")
    summary = loaded("alr", tmp_path / "home", path)
    assert summary.deliveries[0].warnings == [] and summary.deliveries[0].file_date == date(2027, 4, 15)
    found = rows(
        tmp_path / "home",
        "assignment_list",
        "performance_year, report_period, months_assigned, enrollflag_1, enrollflag_12, risk_score_esrd, "
        "risk_score_disabled, risk_score_aged_nondual, part_d_months",
    )
    assert found == [(2027, "2027Q1", 11, 4, 0, 0.0, None, 1.25, 12)]


def test_the_year_may_be_a_column(tmp_path: Path) -> None:
    path = alr(tmp_path, "assignment_list.csv", ",PERFORMANCE_YEAR,REPORT_PERIOD", ",2027,2027Q2")
    assert loaded("alr", tmp_path / "home", path).deliveries[0].warnings == []
    assert rows(tmp_path / "home", "assignment_list", "performance_year, report_period") == [(2027, "2027Q2")]


def test_people_no_longer_assigned_are_not_loaded_as_assigned(tmp_path: Path) -> None:
    path = alr(tmp_path, "P.A9999.ACO.QALR.2027Q2.D270715.T1_1-5.csv", ",PLUR_R05,HMO_R03", ",0,1")
    summary = loaded("alr", tmp_path / "home", path)
    assert set(summary.deliveries[0].tables) == {"org_raw.assignment_turnover"}
    assert rows(tmp_path / "home", "assignment_turnover", "report_period, plur_r05, hmo_r03") == [
        ("2027Q2", "0", "1")
    ]


def test_clinicians_that_people_named(tmp_path: Path) -> None:
    path = tmp_path / "choices.csv"
    path.write_text("bene_mbi_id,npi,tin,start_date\n1EG4TE5MK73,1234567893,12345678,2027-02-01\n")
    loaded("voluntary", tmp_path / "home", path)
    found = rows(tmp_path / "home", "voluntary_alignment", "tin, npi, start_date, end_date")
    assert found == [("012345678", "1234567893", date(2027, 2, 1), None)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("P.A1234.ACO.QALR.2026Q3.D261105.T1.csv", (2026, "2026Q3")),
        ("P.A1234.ACO.AALR.Y2027.D270105.T1.csv", (2027, "2027")),
        ("assignment_list.csv", (None, None)),
        ("alr-PY2028.csv", (2028, "2028")),
    ],
)
def test_the_period_in_a_file_name(name: str, expected: tuple[int | None, str | None]) -> None:
    assert report_period(name) == expected


def test_the_day_in_a_file_name() -> None:
    assert file_day("P.A1234.ACO.QALR.2026Q3.D261105.T1.csv") == date(2026, 11, 5)
    assert file_day("roster_20270301.csv") == date(2027, 3, 1)
    assert file_day("roster.csv") is None and file_day("x_20271399.csv") is None


# ---- data-sharing preferences --------------------------------------------------------------------


def test_the_shared_preference_files(test_data: Path, tmp_path: Path) -> None:
    """The trailer of the first states 4 records; the second has 250 and no trailer."""
    folder = test_data / "cclf-bcda" / "opt-out"
    one = folder / "T_EFT.ON.ACO.NGD1800.DPRF.D181120.T1000009"
    two = folder / "T_EFT.ON.ACO.NGD1800.DPRF.D190816.T0241390"
    summary = loaded("optout", tmp_path / "home", one, two)
    assert {file.name: (file.rows_in, file.rows_kept) for file in summary.deliveries[0].files} == {
        one.name: (4, 4),
        two.name: (250, 250),
    }
    assert len(summary.deliveries[0].warnings) == 1 and "no trailer" in summary.deliveries[0].warnings[0]
    stated = rows(tmp_path / "home", "opt_out", "preference")
    # 3 of the 4 and 157 of the 250 records state a preference; the others change none
    assert len(stated) == 160 and set(stated) == {("N",), ("Y",)}
    assert "5SJ0A00AA00" not in all_text(tmp_path / "home")


def preference_file(folder: Path, records: int, stated: str = "", length: int = 459) -> Path:
    record = "1S00E00AA00".ljust(354) + "20270101" + "1-800" + "T" + "N" + " " * 15 + "A9999"
    lines = ["HDR_BENEDATASHR20270101", *[record.ljust(length)] * records]
    if stated:
        lines.append(f"TRL_BENEDATASHR20270101{stated:<10}")
    return write(folder, "T.NGD1800.DPRF.D270101.T1", "\n".join(lines) + "\n")


def test_a_preference_file_with_a_wrong_count_is_refused(tmp_path: Path) -> None:
    assert refused("optout", tmp_path / "home", preference_file(tmp_path, 2, "3")).code == "OPTOUT-COUNT"


def test_a_preference_file_of_another_length_is_refused(tmp_path: Path) -> None:
    error = refused("optout", tmp_path / "home", preference_file(tmp_path, 2, "2", 450))
    assert error.code == "OPTOUT-LENGTH" and error.line == 2


def test_a_plain_list_of_preferences(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "optout.csv",
        "bene_mbi_id,preference,effective_date\n1S00E00AA00,N,2027-01-01\n1S00E00AA01,opt-in,1/2/2027\n",
    )
    loaded("optout", tmp_path / "home", path)
    assert rows(tmp_path / "home", "opt_out", "person_id, preference, effective_date") == [
        (1, "N", date(2027, 1, 1)),
        (2, "Y", date(2027, 1, 2)),
    ]


# ---- wrong files ---------------------------------------------------------------------------------


def test_another_list_is_not_taken_for_a_roster(tmp_path: Path) -> None:
    path = write(
        tmp_path, "list.csv", "aco_id,tin,npi,legal_name,start_date,end_date\nA1,1,1003000126,X,2027-01-01,\n"
    )
    error = refused("roster", tmp_path / "home", path)
    assert error.code == "ORG-OTHER-LIST" and "corridor load participants" in error.todo


def test_missing_columns_and_unknown_files(tmp_path: Path, test_data: Path) -> None:
    home = tmp_path / "home"
    assert refused("roster", home, write(tmp_path, "a.csv", "npi,clinician_name\n1,X\n")).code == (
        "TABULAR-MISSING-COLUMN"
    )
    other = test_data / "mssp" / "app-plus-py2026-benchmarks.csv"
    assert refused("roster", home, other).code == "SOURCE-FILE-UNKNOWN"
    assert refused("roster", home, write(tmp_path, "b.csv", "")).code == "TABULAR-EMPTY"
    with pytest.raises(CorridorError) as caught:
        load([other], Warehouse.open(home), {"format": "nothing"})
    assert caught.value.code == "ORG-FORMAT"


def test_loading_twice_adds_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "roster.csv", ROSTER + "1003000126,123456789,,,,,1,,\n")
    assert loaded("roster", tmp_path / "home", path).deliveries[0].added
    again = loaded("roster", tmp_path / "home", path)
    assert not again.deliveries[0].added and len(Warehouse.open(tmp_path / "home").deliveries()) == 1


def test_every_list_has_its_table() -> None:
    from corridor.engine.tabular import load_layouts

    tables = {
        f"org_raw.{layout.meta['table']}" for layout in load_layouts("org").values() if "table" in layout.meta
    }
    assert tables == set(RAW_TABLES)
    assert {layout.meta["format"] for layout in load_layouts("org").values()} == set(FORMATS)
