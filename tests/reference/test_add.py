"""Installing public reference files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest
from typer.testing import CliRunner

from corridor.cli.reference import app
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.reference import catalogue, installed, reference_tables
from corridor.reference.add import add_references
from corridor.reference.outcome import Outcome

YEARS = [f"ASM_CY{year}_{what}" for year in range(27, 32) for what in ("PARTICIPANT", "SMALLPRACTICE")]
LIST = "NPI,FIRST_NAME,LAST_NAME,STATE,ASM_COHORT,ORGANIZATION_LEGAL_NAME," + ",".join(YEARS) + "\n"
PAID = (
    "Rndrng_NPI,Rndrng_Prvdr_Last_Org_Name,Rndrng_Prvdr_First_Name,Rndrng_Prvdr_Ent_Cd,Rndrng_Prvdr_City,"
    "Rndrng_Prvdr_State_Abrvtn,Rndrng_Prvdr_Zip5,Rndrng_Prvdr_Type,Tot_Benes,Tot_Srvcs,Tot_Mdcr_Alowd_Amt,"
    "Tot_Mdcr_Pymt_Amt,Tot_Mdcr_Stdzd_Amt,Drug_Mdcr_Pymt_Amt,Med_Mdcr_Pymt_Amt,Bene_Dual_Cnt,Bene_Avg_Risk_Scre\n"
)


def listed(npi: str = "1003000126", cohort: str = "Heart Failure", organization: str = "EXAMPLE PLLC") -> str:
    return f"{npi},ANN,EXAMPLE,NY,{cohort},{organization},Yes,No,Null,Null,,,,,,\n"


def paid(npi: str = "1003000126", total: float = 120_000, medical: str = "100000") -> str:
    who = f"{npi},Example,Ann,I,Albany,NY,12207,Cardiology"
    return f"{who},500,1200,150000,{total},118000,20000,{medical},100,1.5\n"


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def table(home: Path, name: str) -> list[dict[str, object]]:
    con = duckdb.connect()
    found = next(t for t in reference_tables(Warehouse.open(home)) if t.name == f"reference.{name}")
    found.register(con)
    result = con.execute(f"select * from reference.{name} order by all")
    columns = [column[0] for column in result.description or ()]
    return [dict(zip(columns, row)) for row in result.fetchall()]


def add(home: Path, *paths: Path, **options: str) -> list[Outcome]:
    return add_references(paths, Warehouse.open(home), **options)


def refused(outcomes: Sequence[Outcome]) -> CorridorError:
    assert [outcome.status for outcome in outcomes] == ["refused"] and outcomes[0].error is not None
    return outcomes[0].error


def test_the_participant_list(tmp_path: Path) -> None:
    path = write(
        tmp_path, "asm_participants_2027_final.csv", LIST + listed() + listed("1003000134", "Low Back Pain")
    )
    assert [(o.status, o.reference, o.vintage, o.rows) for o in add(tmp_path / "home", path)] == [
        ("added", "asm_participant_list", "2027", 2)
    ]
    rows = table(tmp_path / "home", "asm_participant_list")
    assert rows[0]["asm_cohort"] == "Heart Failure" and rows[0]["asm_cy27_participant"] == "Yes"
    assert rows[0]["asm_cy28_participant"] is None
    assert (rows[0]["list_stage"], rows[0]["performance_year"], rows[0]["vintage"]) == ("final", 2027, "2027")


def test_a_preliminary_list_is_told_by_its_name_or_option(tmp_path: Path) -> None:
    path = write(tmp_path, "ASM_Preliminary_2026-02-05.csv", LIST + listed())
    add(tmp_path / "home", path)
    other = write(tmp_path, "list.csv", LIST + listed("1003000134"))
    add(tmp_path / "home", other, stage="preliminary", vintage="2026-03")
    rows = table(tmp_path / "home", "asm_participant_list")
    assert [(row["list_stage"], row["vintage"]) for row in rows] == [
        ("preliminary", "2026-02-05"),
        ("preliminary", "2026-03"),
    ]


def test_payments_by_provider_need_a_year(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path = write(tmp_path, "provider.csv", PAID + paid())
    assert refused(add(home, path)).code == "REFERENCE-YEAR"
    assert add(home, path, vintage="2024")[0].status == "added"
    named = write(
        tmp_path, "MUP_PHY_R26_P05_V10_D23_Prov.csv", PAID + paid(total=110_000) + paid("1003000134", 5, "*")
    )
    assert add(home, named)[0].vintage == "2023"
    rows = table(home, "physician_by_provider")
    assert [(row["npi"], row["year"], row["medicare_paid"], row["medical_paid"]) for row in rows] == [
        ("1003000126", 2023, 110_000, 100_000),
        ("1003000126", 2024, 120_000, 100_000),
        ("1003000134", 2023, 5, None),
    ]
    assert (rows[0]["name"], rows[0]["zip"], rows[0]["beneficiaries"]) == ("Example, Ann", "12207", 500)


def test_areas_and_zip_codes(tmp_path: Path) -> None:
    area = write(tmp_path, "asm_area.csv", "cbsa,mandatory\n10580,Yes\n45060,No\n")
    book = openpyxl.Workbook()
    book.active.append(["ZIP", "CBSA", "RES_RATIO", "TOT_RATIO"])
    for row in ([2118, 14460, 1, 0.9], [2118, 10580, 0, 0.1], [12207, 10580, 1, 1]):
        book.active.append(row)
    zips = tmp_path / "ZIP_CBSA_032026.xlsx"
    book.save(zips)
    add(tmp_path / "home", area, zips)
    assert [(row["cbsa"], row["mandatory"]) for row in table(tmp_path / "home", "asm_area")] == [
        ("10580", True),
        ("45060", False),
    ]
    # a ZIP code counts where most of its addresses are
    assert [(row["zip_code"], row["cbsa"]) for row in table(tmp_path / "home", "zip_to_cbsa")] == [
        ("02118", "14460"),
        ("12207", "10580"),
    ]


def test_drug_prices_codes_and_coefficients(tmp_path: Path) -> None:
    price = write(
        tmp_path,
        "nadac-2026-10-14.csv",
        "NDC Description,NDC,NADAC Per Unit,Effective Date,Pricing Unit,As of Date\n"
        "X,00002-1433-80,1.50,10/01/2026,EA,10/07/2026\nX,00002143380,1.60,10/01/2026,EA,10/14/2026\n",
    )
    code = write(
        tmp_path,
        "codes.csv",
        "cohort,code_system,code,category\nHeart Failure,CPT,93306,imaging\n"
        "low_back_pain,MS-DRG,460,surgery\n",
    )
    term = write(tmp_path, "terms.csv", "cohort,subgroup,term,coefficient\nheart_failure,,intercept,9000.5\n")
    add(tmp_path / "home", price, code, term)
    prices = table(tmp_path / "home", "drug_unit_price")
    assert [(row["ndc_code"], row["unit_price"], row["valid_from"], row["vintage"]) for row in prices] == [
        ("00002143380", 1.6, date(2026, 10, 1), "2026-10-14")
    ]
    assert [
        (row["cohort"], row["code_system"], row["code"])
        for row in table(tmp_path / "home", "episode_service_code")
    ] == [
        ("heart_failure", "hcpcs", "93306"),
        ("low_back_pain", "drg", "460"),
    ]
    assert table(tmp_path / "home", "episode_cost_coefficient")[0]["coefficient"] == 9000.5


def test_the_shared_code_sets(test_data: Path, tmp_path: Path) -> None:
    """Counts of distinct codes in the files; two specialties share 23, and islands share a county code."""
    folder = test_data / "terminology" / "tuva"
    names = ("provider_specialty", "ms_drg", "place_of_service", "fips_county", "revenue_center")
    outcomes = add(tmp_path / "home", *(folder / f"{name}.csv" for name in names))
    assert {outcome.status for outcome in outcomes} == {"added"}
    codes = table(tmp_path / "home", "specialty")
    assert next(row for row in codes if row["specialty_code"] == "23")["specialty_name"] == "Sports medicine"
    assert next(row for row in codes if row["specialty_code"] == "06")["specialty_name"] == "Cardiology"
    counties = table(tmp_path / "home", "county")
    assert (
        next(row for row in counties if row["county_code"] == "60020")["county_name"] == "Manua, Ofu, Olosega"
    )


def test_folders_documents_and_duplicates(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    path = write(folder, "asm_area.csv", "cbsa,mandatory\n10580,Yes\n")
    write(folder, "b_asm_area.csv", path.read_text())
    write(folder, "layout.txt", "column one is the CBSA")
    write(folder, "guide.pdf", "%PDF")
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        archive.writestr("zips.csv", "zip_code,cbsa\n12207,10580\n")
    outcomes = add(tmp_path / "home", folder)
    assert {(o.file, o.status, o.why) for o in outcomes} == {
        ("asm_area.csv", "added", ""),
        ("b_asm_area.csv", "passed over", "installed already"),
        ("layout.txt", "passed over", "a description of a layout"),
        ("guide.pdf", "passed over", "a document, not a table"),
        ("zips.csv", "added", ""),
    }
    again = add(tmp_path / "home", folder)
    assert {outcome.status for outcome in again} == {"passed over"}


def test_files_of_one_vintage_are_one_table_and_replace_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    east = write(tmp_path, "east_2024.csv", PAID + paid())
    west = write(tmp_path, "west_2024.csv", PAID + paid("1003000134"))
    assert {o.status for o in add(home, east, west)} == {"added"}
    assert len(table(home, "physician_by_provider")) == 2
    whole = write(tmp_path, "corrected_2024.csv", PAID + paid(total=1))
    assert add(home, whole)[0].status == "replaced"
    assert [row["medicare_paid"] for row in table(home, "physician_by_provider")] == [1]
    assert [one.vintage for one in installed(Warehouse.open(home))] == ["2024"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("other.csv", "a,b\n1,2\n", "REFERENCE-UNKNOWN"),
        ("empty.csv", "", "TABULAR-EMPTY"),
        ("list.csv", LIST, "REFERENCE-EMPTY"),
        ("list.csv", LIST + listed() + listed("123") * 2, "REFERENCE-BAD-ROWS"),
        ("list.csv", LIST + listed() + listed().replace("Yes", "No"), "REFERENCE-KEY"),
        ("list.csv", LIST + listed("1") + listed("2"), "TABULAR-NO-GOOD-ROW"),
        ("list.csv", LIST + listed(cohort="Back Pain") * 2, "TABULAR-NO-GOOD-ROW"),
        ("list.csv", LIST.replace("ASM_COHORT", "COHORT") + listed(), "REFERENCE-UNKNOWN"),
        ("zero.csv", "cbsa,mandatory\n\0\0", "TABULAR-NOT-TEXT"),
    ],
)
def test_wrong_files_are_refused_and_nothing_is_installed(
    tmp_path: Path, name: str, text: str, code: str
) -> None:
    assert refused(add(tmp_path / "home", write(tmp_path, name, text))).code == code
    assert list(installed(Warehouse.open(tmp_path / "home"))) == []
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file() and path.name != ".lock"]


def test_a_named_reference_names_the_missing_columns(tmp_path: Path) -> None:
    path = write(tmp_path, "areas.csv", "cbsa,area\n10580,X\n")
    assert refused(add(tmp_path / "home", path, name="asm_area")).code == "TABULAR-MISSING-COLUMN"
    with pytest.raises(CorridorError) as caught:
        add(tmp_path / "home", path, name="asm_areas")
    assert caught.value.code == "REFERENCE-NAME"


def test_a_vintage_is_a_plain_word(tmp_path: Path) -> None:
    path = write(tmp_path, "areas.csv", "cbsa,mandatory\n10580,Yes\n")
    assert refused(add(tmp_path / "home", path, vintage="../2026")).code == "REFERENCE-VINTAGE"


def test_a_refused_file_does_not_keep_the_others_out(tmp_path: Path) -> None:
    good = write(tmp_path, "areas.csv", "cbsa,mandatory\n10580,Yes\n")
    bad = write(tmp_path, "other.csv", "a,b\n1,2\n")
    assert {o.file: o.status for o in add(tmp_path / "home", bad, good)} == {
        "other.csv": "refused",
        "areas.csv": "added",
    }


def test_a_few_bad_rows_are_set_aside(tmp_path: Path) -> None:
    text = "cbsa,mandatory\n" + "".join(f"{code},Yes\n" for code in range(10000, 10050)) + "abc,Yes\n"
    outcome = add(tmp_path / "home", write(tmp_path, "areas.csv", text))[0]
    assert (outcome.rows, outcome.rows_set_aside) == (50, 1)


def test_what_is_not_installed_is_an_empty_table(tmp_path: Path) -> None:
    tables = {t.name: t for t in reference_tables(Warehouse.open(tmp_path / "home"))}
    assert set(tables) == {f"reference.{name}" for name in catalogue()}
    con = duckdb.connect()
    for each in tables.values():
        each.register(con)
        assert con.execute(f"select count(*) from {each.name}").fetchone() == (0,)
        assert list(each.columns or {})[-1] == "vintage"


def test_the_digest_follows_what_is_installed(tmp_path: Path) -> None:
    home = tmp_path / "home"

    def digest() -> str:
        return next(
            t for t in reference_tables(Warehouse.open(home)) if t.name == "reference.asm_area"
        ).digest()

    before = digest()
    add(home, write(tmp_path, "areas.csv", "cbsa,mandatory\n10580,Yes\n"))
    assert digest() != before


# ---- the command ---------------------------------------------------------------------------------


def test_the_command_adds_and_lists(tmp_path: Path, warehouse_home: Path) -> None:
    run = CliRunner()
    path = write(tmp_path, "areas_2026.csv", "cbsa,mandatory\n10580,Yes\n")
    done = run.invoke(app, ["add", str(path)])
    assert done.exit_code == 0 and "asm_area 2026: 1 row " in done.stdout
    done = run.invoke(app, ["add", "--json", str(path), str(write(tmp_path, "x.csv", "a\n1\n"))])
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert answer["refused"] == 1
    assert {row["file"]: row["status"] for row in answer["rows"]} == {
        "areas_2026.csv": "passed over",
        "x.csv": "refused",
    }
    done = run.invoke(app, ["list", "--json"])
    rows = {row["name"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows["asm_area"]["installed"][0]["vintage"] == "2026" and rows["asm_area"]["needed"] == [
        "cbsa",
        "mandatory",
    ]
    assert rows["specialty"]["installed"] == []
    assert "asm_area" in run.invoke(app, ["list"]).stdout


def test_advice_is_given_once_for_many_refused_files(tmp_path: Path, warehouse_home: Path) -> None:
    for name in ("one.csv", "two.csv", "three.csv"):
        write(tmp_path / "files", name, "colour,shape\nred,round\n")
    done = CliRunner().invoke(app, ["add", str(tmp_path / "files")])
    assert done.exit_code == 1
    assert done.stderr.count("Their columns: corridor reference list") == 1
    assert done.stderr.count("REFERENCE-UNKNOWN, as above") == 2


def test_a_folder_may_hold_more_than_references(tmp_path: Path, warehouse_home: Path) -> None:
    folder = tmp_path / "files"
    write(folder, "areas_2026.csv", "cbsa,mandatory\n10580,Yes\n")
    strange = write(folder, "colours.csv", "colour,shape\nred,round\n")
    done = CliRunner().invoke(app, ["add", str(folder)])
    assert done.exit_code == 0
    assert "passed over: colours.csv (no reference Corridor uses)" in done.stdout
    done = CliRunner().invoke(app, ["add", str(folder), str(strange)])
    assert done.exit_code == 1 and "refused   colours.csv" in done.stderr  # named itself


def test_undated_lists_of_chronic_hccs_stand_side_by_side(tmp_path: Path) -> None:
    header = "hcc,is_chronic,model_version,model_domain\n"
    whole = write(tmp_path, "hcc_is_chronic.csv", header + "HCC18,Y,V24,ESRD\nHCC85,Y,V24,CMS-HCC\n")
    part = write(tmp_path, "hcc_is_chronic_without_esrd_model.csv", header + "HCC85,Y,V24,CMS-HCC\n")
    home = tmp_path / "home"
    made = [(o.status, o.vintage) for path in (whole, part) for o in add(home, path)]
    assert made == [
        ("added", "0000-hcc-is-chronic"),
        ("added", "0000-hcc-is-chronic-without-esrd-model"),
    ]
    found = {(row["model"], row["hcc"]) for row in table(home, "hcc_chronic")}
    assert found == {("esrd_v24", 18), ("v24", 85)}


def test_a_file_that_takes_the_place_of_another_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    add(home, write(tmp_path, "one_2026.csv", "cbsa,mandatory\n10580,Yes\n45060,No\n"))
    (second,) = add(home, write(tmp_path, "two_2026.csv", "cbsa,mandatory\n10580,Yes\n"))
    assert second.status == "replaced"
    assert "one_2026.csv stood there before (2 rows)" in second.warnings[0]


def test_an_unknown_stage_is_one_error(tmp_path: Path, warehouse_home: Path) -> None:
    path = write(tmp_path, "areas_2026.csv", "cbsa,mandatory\n10580,Yes\n")
    done = CliRunner().invoke(app, ["add", str(path), "--stage", "draft"])
    assert isinstance(done.exception, CorridorError) and done.exception.code == "REFERENCE-STAGE"
