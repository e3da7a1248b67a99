"""corridor impact: volumes, claims of a run, scenarios, and what it refuses."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.billing.impact import PARTS
from corridor.cli.impact import impact as command
from corridor.errors import CorridorError
from corridor.jobs import impact as job
from corridor.jobs import impact_lines
from corridor.jobs.context import open_context
from corridor.jobs.impact_lines import Periods
from corridor.jobs.impact_scenarios import read_scenario

DEFAULTS: dict[str, Any] = {
    "file": None, "before": "2025", "after": "2026", "from_qp": None, "to_qp": None, "level": "tin",
    "claims": None, "claims_from": None, "claims_to": None, "all_months": False,
    "mac": None, "locality": None,
    "forecast": False, "billing": 1e6, "year": 2026, "proposed": True, "limit": 20, "out": None,
    "config": None, "as_json": False,
}  # fmt: skip
VOLUMES = """code,modifier,setting,place,units,npi,tin,specialty,site,mac,locality,qp
99214,,,11,2400,A,T1,11,main,10112,00,no
93306,26,facility,,310,B,T1,06,hospital,10112,00,no
27447,,facility,,50,B,T2,20,hospital,01112,05,yes
G0568,,,11,120,A,T1,11,main,10112,00,no
"""


class FakeRun:
    """A run of one table, as the job reads it."""

    run_id = "r1"

    def __init__(self, tables: dict[str, Path]) -> None:
        self.tables = tables

    def has(self, table: str) -> bool:
        return table in self.tables

    def files(self, table: str) -> list[Path]:
        return [self.tables[table]] if table in self.tables else []


@pytest.fixture
def home(pfs_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_HOME", str(pfs_home))
    return pfs_home


@pytest.fixture
def volumes(tmp_path: Path) -> Path:
    path = tmp_path / "volumes.csv"
    path.write_text(VOLUMES, encoding="utf-8")
    return path


def call(capsys: Any, **options: Any) -> Any:
    command(**{**DEFAULTS, **options})
    return capsys.readouterr()


def refused(code: str, **options: Any) -> CorridorError:
    with pytest.raises(CorridorError) as caught:
        command(**{**DEFAULTS, **options})
    assert caught.value.code == code
    return caught.value


def lines(folder: Path, rows: list[tuple[Any, ...]]) -> Path:
    """billing.line with the columns the job reads: claim, person, date, code, place, setting, units, npi."""
    path = folder / "line.parquet"
    with duckdb.connect() as con:
        con.execute(
            "create table l (source_id varchar, claim_id varchar, claim_line_number integer, "
            "person_id bigint, service_date date, qp boolean, hcpcs_code varchar, modifier_1 varchar, "
            "modifier_2 varchar, "
            "modifier_3 varchar, modifier_4 varchar, place_of_service_code varchar, setting varchar, "
            "mac varchar, locality varchar, units decimal(18,4), charge_amount decimal(18,2), "
            "allowed_amount decimal(18,2), npi varchar, tin varchar, specialty_code varchar)"
        )
        con.executemany(
            "insert into l values ('S', ?, 1, ?, ?, false, ?, ?, null, null, null, ?, null, "
            "'10112', '00', ?, 500, 90, ?, 'T1', '11')",
            rows,
        )
        con.execute(f"copy l to '{path}' (format parquet)")
    return path


CLAIMS = [
    *((f"A{n}", n, f"2025-03-{n + 1:02}", "99214", None, "11", 1, "N1") for n in range(1, 13)),
    *((f"B{n}", n, f"2026-03-{n + 1:02}", "99214", None, "11", 1, "N1") for n in range(1, 16)),
    # two procedures of one day: the second is paid by half (H.1 no. 7)
    ("C1", 40, "2026-04-01", "11042", None, "11", 1, "N2"),
    ("C2", 40, "2026-04-01", "17000", None, "11", 1, "N2"),
    ("D1", 41, "2026-04-02", "XX999", None, "11", 1, "N2"),
]


@pytest.fixture
def run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeRun:
    made = FakeRun({"billing.line": lines(tmp_path, CLAIMS)})
    monkeypatch.setattr(job, "open_run", lambda home: made)
    return made


def test_volumes_sum_to_the_cent(home, volumes, capsys):
    shown = call(capsys, file=volumes, level="npi", as_json=True)
    answer = json.loads(shown.out)
    assert (answer["program"], answer["year"], answer["level"]) == ("pfs", 2026, "npi")
    assert [row["id"] for row in answer["rows"]] == ["B", "A"]
    for row in [*answer["rows"], answer["total"]]:
        assert round(sum(row[name] for name in PARTS), 2) == round(row["change"], 2)
    assert [row["hcpcs_code"] for row in answer["not_compared"]] == ["G0568"]
    assert answer["not_compared"][0]["reason_from"] == "unknown_code"
    assert answer["not_compared"][0]["amount_to"] > 0
    assert answer["parts"] == PARTS
    assert "rounding" in answer["total"]
    assert {"pfs.conversion_factor_qp", "qp.yearly_update"} <= {one["rule"] for one in answer["assumptions"]}


def test_the_text_names_causes_and_what_is_left(home, volumes, capsys):
    shown = call(capsys, file=volumes, level="family")
    assert "work RVU: the efficiency adjustment" in shown.out
    assert "unknown_code / priced" in shown.out
    assert "surgery: bones and joints" in shown.out
    assert "120 units of 1 code are not compared" in shown.err
    assert "Largest loss first" in shown.out
    assert "practice exp" in shown.out
    assert len(shown.err.splitlines()) == len(set(shown.err.splitlines()))


def test_an_own_scenario(home, volumes, capsys, tmp_path):
    scenario = tmp_path / "own.toml"
    scenario.write_text(
        'base = "2026"\nconversion_factor = 34.0\n[[rvu]]\ncodes = ["99202-99215"]\nwork = 1.05\n'
        '[[gpci]]\nmac = "10112"\nlocality = "00"\npractice_expense = 1.0\n',
        encoding="utf-8",
    )
    answer = json.loads(
        call(capsys, file=volumes, before="2026", after=str(scenario), level="code", as_json=True).out
    )
    rows = {row["id"]: row for row in answer["rows"]}
    assert answer["to"]["name"] == "own"
    assert rows["99214"]["work_revaluation"] > 0
    assert rows["99214"]["work_efficiency"] == 0
    assert rows["99214"]["gpci"] > 0
    assert rows["27447"]["gpci"] == 0  # another locality
    assert rows["27447"]["conversion_factor_other"] > 0
    assert rows["27447"]["to_amount"] / rows["27447"]["from_amount"] == pytest.approx(34 / 33.5675, abs=1e-5)


def test_2027_as_proposed(home, volumes, capsys):
    shown = call(capsys, file=volumes, before="2026", after="2027-proposed", level="total", as_json=True)
    answer = json.loads(shown.out)
    (row,) = answer["rows"]
    assert row["change"] / row["from_amount"] == pytest.approx(32.8409 / 33.4009 - 1, abs=0.001)
    assert row["one_year_increase"] < 0 < row["statutory_update"]
    assert "the newest installed" in shown.err
    assert any(one["status"] == "proposed" for one in answer["assumptions"])


def test_claims_of_a_run(run, capsys):
    answer = json.loads(call(capsys, level="npi", claims=2026, as_json=True).out)
    rows = {row["id"]: row for row in answer["rows"]}
    assert rows["N1"]["people"] == 15
    assert rows["N1"]["lines_to"] == 15
    assert rows["N2"]["suppressed"] is True  # one person
    assert rows["N2"]["change"] is None
    (left,) = answer["not_compared"]
    assert (left["hcpcs_code"], left["reason_to"], left["people"]) == ("XX999", "unknown_code", None)
    assert left["suppressed"] is True
    assert answer["total"]["people"] == 16
    assert any("No status of qualifying participants" in one for one in answer["warnings"])


def test_rules_of_a_day_are_policy(run):
    context = open_context()
    both = [read_scenario(year, "--from") for year in ("2025", "2026")]
    answer = job.measure_impact(context, *both, "npi", periods=Periods(2026))
    assert (answer.left[0]["hcpcs_code"], answer.left[0]["claimed_amount"]) == ("XX999", 90)
    (second,) = [row for row in answer.rows if row["id"] == "N2"]
    # H.1 no. 7 in Alabama's indices: both years pay the second by half, so little is policy
    assert abs(second["policy"]) < Decimal("0.50")
    assert second["change"] == sum(second[name] for name in PARTS)


def test_many_lines_are_priced_month_by_month(home, tmp_path, monkeypatch):
    more = [
        ("E1", 1, "2026-04-09", "99214", None, "11", 1, "N1"),  # seen in March too: one person
        ("E2", 41, "2026-03-03", "XX999", None, "11", 1, "N2"),  # not priced in either month: one person
    ]
    made = FakeRun({"billing.line": lines(tmp_path, [*CLAIMS, *more])})
    monkeypatch.setattr(job, "open_run", lambda home: made)
    both = [read_scenario(year, "--from") for year in ("2025", "2026")]

    def asked() -> job.Impact:
        said: list[str] = []
        found = job.measure_levels(open_context(), *both, ["npi"], periods=Periods(2026), say=said.append)
        assert any("the lines of April under" in one for one in said) == (impact_lines.PIECE_ROWS == 1)
        return found["npi"]

    whole = asked()
    monkeypatch.setattr(impact_lines, "PIECE_ROWS", 1)
    assert asked().to_dict() == whole.to_dict()
    assert {row["id"]: row["people"] for row in whole.rows} == {"N1": 15, "N2": 1}
    assert (whole.left[0]["lines"], whole.left[0]["people"]) == (2, 1)


def test_two_years_of_claims_over_the_months_of_both(run, capsys):
    shown = call(capsys, level="total", claims_from=2025, claims_to=2026, as_json=True)
    answer = json.loads(shown.out)
    (row,) = answer["rows"]
    assert (row["lines_from"], row["lines_to"]) == (12, 15)  # March of both; April 2026 stands alone
    assert row["new_codes"] == 0
    assert answer["months"] == {"from": [202503], "to": [202603]}
    assert "compared over March of both years" in shown.err
    assert "3 lines ($270.00 claimed)" in shown.err  # C1, C2, D1 of April
    text = call(capsys, level="total", claims_from=2025, claims_to=2026).out
    assert "Services of March 2025 under the first, of March 2026 under the second." in text
    assert "12 lines to 15" in text


def test_the_months_of_one_year_are_named(run, capsys):
    assert "Services of March to April 2026, priced under both schedules." in call(capsys).out


def test_all_months_of_two_years_of_claims(run, capsys):
    shown = call(capsys, level="total", claims_from=2025, claims_to=2026, all_months=True, as_json=True)
    assert "THE MONTHS DIFFER: the claims are of March 2025 and March to April 2026" in shown.err
    answer = json.loads(shown.out)
    (row,) = answer["rows"]
    assert (row["lines_from"], row["lines_to"]) == (12, 17)
    assert row["volume"] > 0  # three visits more
    assert row["new_codes"] > 0  # the procedures
    assert round(sum(row[name] for name in PARTS), 2) == round(row["change"], 2)


def test_status_of_qualifying_participants_from_the_run(run, tmp_path, capsys):
    status = tmp_path / "status.parquet"
    with duckdb.connect() as con:
        con.execute(
            "copy (select 'N1' as npi, 'T1' as tin, 2024 as performance_year, 2026 as payment_year, "
            f"'qp' as status) to '{status}' (format parquet)"
        )
    run.tables["qp.status"] = status
    answer = json.loads(call(capsys, level="npi", claims=2026, as_json=True).out)
    rows = {row["id"]: row for row in answer["rows"]}
    assert rows["N1"]["qp_status"] > 0
    assert any("known for 2025" in one for one in answer["warnings"])


def test_the_forecast(capsys):
    answer = json.loads(call(capsys, forecast=True, billing=2e6, as_json=True).out)
    assert [row["year"] for row in answer["rows"]] == [2026, 2027, 2028, 2029, 2030]
    assert answer["rows"][0]["conversion_factor_dollars"] == pytest.approx(9975.78, abs=0.01)
    final = json.loads(call(capsys, forecast=True, proposed=False, as_json=True).out)
    assert [row["basis"] for row in final["rows"]] == ["final", *["projected"] * 4]
    assert "2029, 2030" in " ".join(answer["warnings"])
    assert "basis" in call(capsys, forecast=True).out


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_files(home, volumes, tmp_path, capsys, ending):
    out = tmp_path / f"impact.{ending}"
    shown = call(capsys, file=volumes, out=out)
    assert out.stat().st_size > 0
    assert f"2 rows in {out}" in shown.err
    assert shown.out == ""


def test_what_is_refused(home, volumes, tmp_path):
    refused("IMPACT-LEVEL", file=volumes, level="county")
    refused("IMPACT-PLACE", file=volumes, mac="10112")
    refused("IMPACT-PERIODS", file=volumes, claims=2026)
    refused("IMPACT-PERIODS", claims_from=2025)
    refused("IMPACT-PERIODS", claims_from=2025, claims_to=2025)
    refused("IMPACT-SCENARIO", file=volumes, after="next year")
    refused("IMPACT-SCHEDULE", file=volumes, after="2023")
    assert "2025D, 2026C" in (refused("IMPACT-SCHEDULE", file=volumes, after="2026A").why or "")
    refused("IMPACT-FORECAST", file=volumes, forecast=True)
    refused("IMPACT-FORECAST", forecast=True, year=2031)
    refused("IMPACT-FORECAST", forecast=True, billing=0.0)
    odd = tmp_path / "odd.toml"
    odd.write_text('base = "2026"\ncolour = "blue"\n', encoding="utf-8")
    refused("IMPACT-SCENARIO-FILE", file=volumes, after=str(odd))
    odd.write_text("base = 2026 2027", encoding="utf-8")
    refused("IMPACT-SCENARIO-FILE", file=volumes, after=str(odd))
    odd.write_text('base = "odd.toml"', encoding="utf-8")
    refused("IMPACT-SCENARIO", file=volumes, after=str(odd))
    volumes.write_text("code,units,modifier\n99214,1,25 59 XS 76 GC\n", encoding="utf-8")
    assert refused("IMPACT-MODIFIERS", file=volumes).line == 2


def test_a_run_without_lines(run):
    refused("IMPACT-NO-CLAIMS", claims=2019)
    run.tables.clear()
    refused("IMPACT-NO-CLAIMS")
