"""The life cycle of models: what stands on a day, and that no door settles a year its model does not have."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from corridor.cli.settle import OTHER_DOORS, PROGRAMS
from corridor.cli.settle_year import year_of_file
from corridor.errors import CorridorError
from corridor.law import RULES, load_rules
from corridor.programs.models.life import DATED, models, refuse_ended
from tests.programs.command import corridor
from tests.programs.forms import write_rows

LAW = load_rules(["models"])


def test_what_stands_on_a_day(capsys) -> None:
    answer = corridor(capsys, "models", "--on", "2026-11-21", "--json").json()
    found = {row["model"]: row for row in answer["rows"]}
    # overlap.md section 2 and iota.md, aco-reach.md, team.md, wiser.md section 1
    days = {
        "aco_reach": ("active", "2023-01-01", "2026-12-31"),
        "lead": ("planned", "2027-01-01", "2036-12-31"),
        "team": ("active", "2026-01-01", "2030-12-31"),
        "iota": ("active", "2025-07-01", "2031-06-30"),
        "wiser": ("active", "2026-01-01", "2031-12-31"),
        "cjr_x": ("planned", "2028-01-01", None),
        "asm": ("planned", "2027-01-01", "2031-12-31"),
        "bpci_advanced": ("ended", None, "2025-12-31"),
        "mcp": ("ended_early", "2024-07-01", "2025-12-31"),
    }
    for model, (status, start, end) in days.items():
        row = found[model]
        assert (row["status"], row["start_date"], row["end_date"]) == (status, start, end), model
    assert found["aco_reach"]["successor"] == "lead" and found["team"]["successor"] == "cjr_x"
    assert found["mssp"]["advanced_apm"][0]["advanced"] == "by track"
    assert found["asm"]["advanced_apm"][0]["advanced"] == "no"
    assert found["team"]["advanced_apm"] == []  # not read anywhere: neither yes nor no
    assert found["mcp"]["evidence"] == "assumed" and found["iota"]["evidence"] == "official"
    # its last day is AHEAD's, by inference: no source of Geo AHEAD has one
    assert found["geo_ahead"]["evidence"] == "assumed" and found["ahead"]["evidence"] == "secondary"
    assert {one["rule"] for one in answer["assumptions"]} >= {
        "models.dated_secondary",
        "models.dated_assumed",
    }


def test_by_year_and_in_words(capsys) -> None:
    rows = corridor(capsys, "models", "--year", 2027, "--json").json()["rows"]
    assert {"lead", "asm", "iota"} <= {row["model"] for row in rows}
    assert not {"aco_reach", "cjr_x", "mcp"} & {row["model"] for row in rows}
    text = corridor(capsys, "models", "--on", "2027-01-01").out
    assert "ended early" in text and "dates of service from 2026-01-15" in text


def test_reach_ends_on_its_last_day_and_not_before() -> None:
    status = {
        day: {row["model"]: row["status"] for row in models(LAW, date.fromisoformat(day))}
        for day in ("2026-12-31", "2027-01-01")
    }
    assert [one["aco_reach"] for one in status.values()] == ["active", "ended"]
    assert [one["lead"] for one in status.values()] == ["planned", "active"]


@pytest.mark.parametrize(
    ("door", "years"),
    [
        ("reach", range(2023, 2027)),
        ("lead", range(2027, 2037)),
        ("team", range(2026, 2031)),
        ("asm", range(2027, 2032)),
        ("iota", range(2025, 2031)),  # the last begins on 2030-07-01 and ends on 2031-06-30
        ("ahead", range(2026, 2036)),
    ],
)
def test_years_of_a_door(door, years) -> None:
    for year in range(2015, 2045):
        if year in years:
            refuse_ended(door, year, LAW)
            continue
        with pytest.raises(CorridorError) as caught:
            refuse_ended(door, year, LAW)
        assert caught.value.code == ("MODEL-NOT-BEGUN" if year < years[0] else "MODEL-ENDED")


def test_every_door_is_checked_and_every_successor_known() -> None:
    rows = [row for name in DATED for row in LAW.in_force(2000).rows(name)]
    names = {row["model"] for row in rows}
    assert {row["successor"] for row in rows} - {None} <= names and len(rows) == len(names)
    permanent = {"qp", "low-volume"}  # statuses, not models
    assert {*PROGRAMS, *OTHER_DOORS} - permanent - {row["door"] for row in rows} == set()


@pytest.mark.parametrize("door", ["reach", "lead", "asm", "iota", "ahead"])
def test_the_command_refuses_by_date(door, tmp_path: Path, capsys) -> None:
    file = write_rows(tmp_path / "rows.csv", [{"aco_id": "D1", "performance_year": 2040}])
    error = corridor(capsys, "settle", door, file, "--json").json()["error"]
    assert error["code"] == "MODEL-ENDED" and "2040" in error["what"]
    asked = corridor(capsys, "settle", door, file, "--year", 2019, "--json").json()["error"]
    assert asked["code"] == "MODEL-NOT-BEGUN"
    if door == "ahead":
        assert not any("Geo" in one["what"] for one in (error, asked))
    derived = corridor(capsys, "explain", door, "D1", "--file", file, "--json").json()["error"]
    assert derived["code"] == "MODEL-ENDED"  # nor is a figure of such a year derived
    if door == "reach":
        assert "lead" in corridor(capsys, "settle", door, file, "--year", 2027).err


@pytest.mark.parametrize("year", ["99999999", "1e999"])
def test_a_year_of_no_calendar(year, tmp_path: Path, capsys) -> None:
    file = tmp_path / "rows.json"
    file.write_text(f'{{"rows": [{{"ccn": "A", "performance_year": "{year}"}}]}}')
    error = corridor(capsys, "settle", "team", file, "--json").json()["error"]
    assert error["code"] in ("MODEL-ENDED", "FORM-ROW"), error


def test_law_as_known_before_the_life_cycle_was_refuses_nothing(tmp_path: Path, capsys) -> None:
    early = load_rules(["models"], as_known_on=date(2026, 2, 1))
    for door, year in (("mips", 2024), ("reach", 2026), ("reach", 2027)):
        refuse_ended(door, year, early)
    config = tmp_path / "corridor.toml"
    config.write_text("as_known_on = 2026-02-01\n")
    file = write_rows(tmp_path / "q.csv", [{"npi": "9000000015", "performance_year": 2024}])
    said = corridor(capsys, "settle", "mips", file, "--year", 2024, "--config", config, "--json")
    assert "models." not in said.out


def test_the_year_a_file_names(tmp_path: Path, capsys) -> None:
    rows = [{"a": 1, "performance_year": ""}, {"a": 2, "performance_year": 2027}]
    assert year_of_file(write_rows(tmp_path / "one.csv", rows)) == 2027
    assert year_of_file(write_rows(tmp_path / "two.csv", [{"a": 1}])) is None
    (tmp_path / "three.json").write_text('{"rows": [{"performance_year": 2031}]}')
    assert year_of_file(tmp_path / "three.json") == 2031
    book = openpyxl.Workbook()
    for row in (["Form"], ["aco_id", "Performance year"], ["D1", 2028]):
        book.active.append(row)
    book.save(tmp_path / "four.xlsx")
    assert year_of_file(tmp_path / "four.xlsx") == 2028
    # as spreadsheets save them: a mark of the encoding first, other separators
    for at, (text, encoding) in enumerate((
        ("performance_year,aco_id\n2027,D1\n", "utf-8-sig"),
        ("aco_id;Performance Year\nD1;2027\n", "utf-8"),
        ("aco_id\tperformance_year\nD1\t2027\n", "utf-16"),
    )):  # fmt: skip
        (tmp_path / f"saved{at}.csv").write_text(text, encoding=encoding)
        assert year_of_file(tmp_path / f"saved{at}.csv") == 2027, encoding
    refused = corridor(capsys, "settle", "reach", tmp_path / "saved0.csv", "--json").json()["error"]
    assert refused["code"] == "MODEL-ENDED"
    (tmp_path / "five.json").write_text("{")
    assert year_of_file(tmp_path / "five.json") is None and year_of_file(tmp_path / "six.csv") is None


@pytest.mark.parametrize("program", ["iota", "ahead", "models"])
def test_every_rule_has_a_user_and_no_status_above_its_source(program) -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("programs", "cli")
        for path in (Path(RULES).parent / folder).rglob("*.py")
    )
    law = load_rules([program])
    for name in law.names(program):
        stem = name.split(".")[1]
        used = name in code or (
            stem.endswith(("_a", "_b", "_least", "_most")) and stem.rsplit("_", 1)[0] in code
        )
        assert used or stem in code, name
        for period in law.periods(name):
            doc = period.entry.cite.doc
            highest = {"corridor": ("assumed",)}.get(doc.split("-")[0])
            highest = ("secondary",) if doc.endswith("-notes") else highest
            assert highest is None or period.entry.status in highest, (name, doc)
