"""`corridor price-file`: prices beside what was allowed, over a run of a few lines worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from corridor.cli import price_file as command
from corridor.errors import CorridorError
from corridor.jobs.context import Context, open_context
from corridor.jobs.price_file import Comparison, Ours, compare
from tests.billing import price_files as files

LINE = (
    "source_id varchar, claim_id varchar, claim_line_number integer, person_id bigint, part varchar, "
    "setting varchar, hcpcs_code varchar, drg_code varchar, modifiers varchar, quantity decimal(18,4), "
    "npi varchar, tin varchar, facility_ccn varchar, service_date date, allowed_amount decimal(18,2), "
    "paid_amount decimal(18,2)"
)
HOSPITAL, OTHER = "050454", "050455"


def line(
    number: int, setting: str, code: str | None, allowed: float, person: int | None = None, **other: Any
) -> tuple[Any, ...]:
    return (
        *("S", f"C{number}", 1, number if person is None else person, "A" if setting == "inpatient" else "B"),
        *(setting, code, other.get("drg"), other.get("modifiers"), other.get("units", 1), "1234567893", "T1"),
        *(other.get("ccn", HOSPITAL), other.get("day", "2026-03-02"), allowed, allowed * 0.8),
    )


# twelve scans of twelve people, 200 to 310; three visits of two people; a stay in two lines; a read of a scan
LINES = [
    *(line(number, "outpatient", "70551", 200 + 10 * number) for number in range(12)),
    line(20, "outpatient", "99283", 500, person=1),
    line(21, "outpatient", "99283", 400, person=1),
    line(22, "outpatient", "99283", 900, person=2, units=3),
    line(30, "inpatient", None, 15000, drg="470"),
    line(40, "outpatient", "70551", 80, modifiers="26"),
    line(50, "outpatient", "J1100", 20, units=10, ccn=OTHER),
    line(60, "professional", "99213", 90, day="2025-03-02"),
    line(61, "professional", "99213", 110),
]


def make_run(home: Path, lines: list[tuple[Any, ...]], priced: bool = False) -> None:
    """A complete run by hand: one folder of Parquet a table, and its manifest."""
    con = duckdb.connect()
    con.execute(f"create table line ({LINE})")
    for row in lines:
        con.execute(f"insert into line values ({', '.join('?' * len(row))})", row)
    tables = {"claims.service_line": "select * from line"}
    if priced:
        own = "select source_id, claim_id, claim_line_number from line where hcpcs_code = '99213'"
        tables["billing.line"] = own
        tables["billing.price"] = f"select *, 'priced' as status, 80.00 as unit_amount from ({own})"
    steps = []
    for table, query in tables.items():
        folder = home / "steps" / table
        folder.mkdir(parents=True)
        con.execute(f"copy ({query}) to '{folder}/part.parquet' (format parquet)")
        steps.append({"step": table, "rows": len(lines), "outputs": [f"steps/{table}"]})
    manifest = {"steps": steps, "setting": {"performance_year": 2027, "data_year": 2026}}
    (home / "runs" / "one").mkdir(parents=True)
    (home / "runs" / "one" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home / "runs" / "current").write_text("one", encoding="utf-8")


@pytest.fixture
def context(tmp_path: Path) -> Context:
    make_run(tmp_path / "home", LINES)
    return open_context(home=tmp_path / "home")


def by_price(found: Comparison) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {(row["code"], row["modifiers"], row["payer"]): row for row in found.rows}


def test_a_hospital_file_beside_what_was_allowed(context: Context, tmp_path: Path) -> None:
    found = compare([files.tall(tmp_path / "charges.csv")], context)
    rows = by_price(found)
    scan = rows["70551", "", "Platform"]
    assert (scan["people"], scan["lines"], scan["allowed_total"]) == (12, 12, 12 * 255)
    assert (scan["allowed_median"], scan["allowed_least"], scan["allowed_largest"]) == (255, 200, 310)
    assert scan["paid_median"] == pytest.approx(204)
    assert (scan["gross"], scan["cash"], scan["negotiated"], scan["negotiated_basis"]) == (
        1200,
        1080,
        400,
        "dollar",
    )
    assert scan["negotiated_to_allowed"] == pytest.approx(400 / 255)
    assert scan["gross_to_allowed"] == pytest.approx(1200 / 255)
    assert rows["70551", "", "Region"]["negotiated"] == 250
    # the read of a scan is no scan: it has its own row of the file
    read = rows["70551", "26", "Platform"]
    assert (read["lines"], read["allowed_median"], read["negotiated"]) == (1, 80, 100)
    visit = rows["99283", "", "Platform"]  # amounts of one unit: 500, 400, 300
    assert (visit["people"], visit["allowed_median"]) == (2, 400)
    assert (visit["negotiated"], visit["negotiated_basis"]) == (3200, "percent_of_gross")  # 80 % of 4,000
    stay = rows["470", "", "Region"]
    assert (stay["code_type"], stay["setting"], stay["allowed_median"]) == ("MS-DRG", "inpatient", 15000)
    assert (stay["negotiated"], stay["negotiated_basis"]) == (25678, "observed")
    drug = rows["J1100", "", None]
    assert (drug["setting"], drug["allowed_median"], drug["gross_to_allowed"]) == ("outpatient", 2, 5)
    assert found.files[0]["kind"] == "hospital_csv_tall"
    assert found.warnings == ["The run priced no lines: ratios to the Medicare schedule amount are blank."]


def test_a_rate_of_a_day_is_none_of_a_stay(context: Context, tmp_path: Path) -> None:
    day = "a stay,470,MS-DRG,,,,inpatient,,,30000,20000,Region,HMO,1400,,,,per diem,,,"
    (row,) = compare([files.tall(tmp_path / "charges.csv", [day])], context).rows
    assert (row["gross"], row["negotiated"], row["negotiated_basis"], row["methodology"]) == (
        30000,
        None,
        None,
        "per diem",
    )


def test_few_people_are_blanked_in_what_leaves(context: Context, tmp_path: Path) -> None:
    found = compare([files.tall(tmp_path / "charges.csv")], context)
    safe = {(row["code"], row["modifiers"], row["payer"]): row for row in found.safe_rows()}
    visit = safe["99283", "", "Platform"]
    assert visit["suppressed"]
    assert [visit[name] for name in ("people", "lines", "allowed_median", "gross_to_allowed")] == [None] * 4
    assert (visit["gross"], visit["negotiated"]) == (4000, 3200)  # the file is public
    scan = safe["70551", "", "Platform"]
    assert (scan["suppressed"], scan["people"], scan["allowed_median"]) == (False, 12, 255)


def test_one_hospital_one_code_one_year(context: Context, tmp_path: Path) -> None:
    path = files.tall(tmp_path / "charges.csv")
    assert {row["code"] for row in compare([path], context, Ours(ccns=frozenset([OTHER]))).rows} == {"J1100"}
    assert {row["code"] for row in compare([path], context, Ours(codes=frozenset(["470"]))).rows} == {"470"}
    with pytest.raises(CorridorError) as error:
        compare([path], context, Ours(year=2019))
    assert error.value.code == "PRICE-FILE-NO-CLAIMS"
    nothing = compare([files.tall(tmp_path / "other.csv", files.TALL_ROWS[5:])], context, Ours(year=2025))
    assert (nothing.rows, nothing.warnings[0]) == (
        [],
        "other.csv: none of its services is in the loaded claims that were asked for.",
    )


def test_a_payer_file_and_the_schedule_amount(tmp_path: Path) -> None:
    make_run(tmp_path / "home", LINES, priced=True)
    context = open_context(home=tmp_path / "home")
    path = files.as_json(tmp_path / "rates.json", files.payer())
    (row,) = [one for one in compare([path], context).rows if one["code"] == "99213"]
    # two rates, 100 and 140.25; lines of 90 and 110; the schedule says 80
    assert (row["prices"], row["negotiated"], row["negotiated_least"], row["negotiated_largest"]) == (
        2,
        120.125,
        100,
        140.25,
    )
    assert (row["setting"], row["plan"], row["allowed_median"]) == ("professional", "Region HMO", 100)
    assert (row["medicare_amount"], row["allowed_to_medicare"]) == (80, 1.25)
    assert row["negotiated_to_medicare"] == pytest.approx(120.125 / 80)
    own = compare([path], context, Ours(npis=frozenset(["1234567893"])))
    assert [one["negotiated"] for one in own.rows if one["code"] == "99213"] == [100]


def test_rows_set_aside_and_other_settings_are_told(context: Context, tmp_path: Path) -> None:
    bad = files.tall(
        tmp_path / "bad.csv", [files.TALL_ROWS[1], files.TALL_ROWS[1].replace(",250,", ",N/A,", 1)]
    )
    with pytest.raises(CorridorError) as error:
        compare([bad], context)
    assert error.value.code == "PRICE-FILE-NUMBER"
    found = compare([bad], context, skip_bad=True)
    assert found.warnings[0].startswith("bad.csv: 1 row holds a price that is no number and was set aside")
    assert len(found.rows) == 1
    inpatient = files.tall(tmp_path / "in.csv", [files.TALL_ROWS[1].replace("outpatient", "inpatient")])
    assert "none in the same setting" in compare([inpatient], context).warnings[0]
    elsewhere = files.TALL_ROWS[1].replace("outpatient", "inpatient")
    both = files.tall(tmp_path / "both.csv", [files.TALL_ROWS[1], elsewhere])
    found = compare([both], context)
    assert len(found.rows) == 1
    assert "1 service of codes that the loaded claims hold" in found.warnings[0]
    assert found.warnings[0].endswith("70551 inpatient.")


def test_the_run_must_hold_lines(tmp_path: Path) -> None:
    make_run(tmp_path / "home", LINES)
    manifest = tmp_path / "home" / "runs" / "one" / "manifest.json"
    manifest.write_text(json.dumps({"steps": []}), encoding="utf-8")
    with pytest.raises(CorridorError) as error:
        compare([files.tall(tmp_path / "charges.csv")], open_context(home=tmp_path / "home"))
    assert error.value.code == "PRICE-FILE-NO-CLAIMS"


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_run(tmp_path / "home", LINES)
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    path = str(files.tall(tmp_path / "charges.csv"))
    runner = CliRunner()
    shown = runner.invoke(command.app, [path, "--payer", "region"])
    assert shown.exit_code == 0, shown.output
    assert "West Hospital, hospital_csv_tall, version 2.2.0" in shown.stdout
    assert "200.00-310.00" in shown.stdout
    assert "Platform" not in shown.stdout
    answer = json.loads(runner.invoke(command.app, [path, "--json"]).stdout)
    assert {"program", "year", "rows", "assumptions", "files", "warnings"} == set(answer)
    few = [row for row in answer["rows"] if row["code"] == "99283"]
    assert [row["allowed_median"] for row in few] == [None]
    written = runner.invoke(command.app, [path, "--out", str(tmp_path / "rows.csv")])
    assert written.exit_code == 0
    assert (tmp_path / "rows.csv").read_text().startswith("file,code_type,code")
