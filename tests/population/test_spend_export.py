"""Tuva-compatible tables out and in again: the same lines, dollars and member months."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from corridor.engine.run import Runner
from corridor.engine.runs import Run
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.jobs.export_tuva import export_tuva
from corridor.jobs.synth_tuva import write_tuva_community
from corridor.law import load_rules
from corridor.reference import reference_tables
from corridor.sources.cclf.load import load as load_cclf
from corridor.sources.tuva.load import load as load_tuva
from corridor.synth.community import write_community
from corridor.synth.order import check_order

WANTED = [
    "claims.claim_diagnosis",
    "claims.claim_procedure",
    "claims.period",
    "population.claim_line",
    "population.pmpm",
]
TOTALS = {
    "lines": "select count(*), sum(paid_amount) from claims.medical_claim",
    "events": "select count(*), sum(coalesce(paid_amount, 0)), sum(days_supply) from claims.pharmacy_claim",
    "codes": "select count(*), count(distinct diagnosis_code) from claims.claim_diagnosis",
    "procedures": "select count(*), count(distinct procedure_code) from claims.claim_procedure",
    "months": "select month, count(*) from population.member_month group by 1 order by 1",
    "paid": "select month, sum(paid) from population.member_month group by 1 order by 1",
    "categories": (
        "select service_category, sum(paid_amount) from population.claim_line group by 1 order by 1"
    ),
}


def run(home: Path) -> Run:
    warehouse = Warehouse.open(home)
    force = load_rules(["asm", "claims", "population"]).in_force(performance_year=2027)
    setting = {"performance_year": 2027, "payment_year": 2029, "data_year": 2025}
    made = Runner(warehouse, force, setting, externals=reference_tables(warehouse)).run(WANTED)
    return Run(home, made)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """A community in CCLF, loaded, run, exported."""
    folder = tmp_path_factory.mktemp("export")
    write_community(check_order(250, 3, "2025-01", 6, "single", folder / "community"))
    load_cclf([folder / "community" / "cclf"], Warehouse.open(folder / "one"), {})
    made = run(folder / "one")
    export_tuva(made, folder / "tables")
    return made, folder / "tables"


@pytest.mark.heavy
def test_export_and_load_give_the_same_totals(first: tuple[Run, Path], tmp_path: Path) -> None:
    made, tables = first
    load_tuva([tables], Warehouse.open(tmp_path / "two"))
    again = run(tmp_path / "two")
    for name, query in TOTALS.items():
        assert again.con.execute(query).fetchall() == made.con.execute(query).fetchall(), name


@pytest.mark.heavy
def test_the_layout(first: tuple[Run, Path], test_data: Path) -> None:
    """The columns are Tuva's; people are numbers, and no identifier of CMS is in the files."""
    _, tables = first
    con = duckdb.connect()
    for name in ("medical_claim", "pharmacy_claim", "eligibility"):
        columns = {
            row[0] for row in con.execute(f"describe select * from '{tables}/{name}.parquet'").fetchall()
        }
        header = (test_data / "tuva-synthetic" / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0]
        theirs = {column.strip('"\r') for column in header.split(",")}
        # the public file of claims is in the older layout: the new names stand for these
        renamed = {"patient_id": "person_id", "ms_drg_code": "drg_code"}
        left_out = {renamed.get(column, column) for column in theirs} - columns
        assert left_out <= {
            "apr_drg_code",
            *("group_id", "group_name", "name_suffix", "first_name", "middle_name", "last_name"),
            *("social_security_number", "subscriber_relation", "address", "city", "state", "phone", "email"),
            *("ethnicity", "file_date", "ingest_datetime", "enrollment_status", "hospice_flag"),
            *("institutional_snp_flag", "long_term_institutional_flag"),
        }
    row = con.execute(
        f"select count(*), count(try_cast(person_id as bigint)) from '{tables}/medical_claim.parquet'"
    ).fetchone()
    assert row is not None and row[0] == row[1] > 0


@pytest.mark.heavy
def test_synth_writes_the_same_tables(first: tuple[Run, Path], tmp_path: Path) -> None:
    """``synth --layout tuva`` is the community of the same seed, by the same way."""
    made, _ = first
    rows = write_tuva_community(check_order(250, 3, "2025-01", 6, "single", tmp_path / "tuva"))
    found = made.con.execute(
        "select (select count(*) from claims.medical_claim), (select count(*) from claims.pharmacy_claim), "
        "(select count(*) from claims.eligibility)"
    ).fetchone()
    assert tuple(rows.values()) == found
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tuva"]


@pytest.mark.heavy
def test_refusals(first: tuple[Run, Path], tmp_path: Path) -> None:
    made, tables = first
    with pytest.raises(CorridorError) as refused:
        export_tuva(made, tables)
    assert refused.value.code == "EXPORT-OUT-NOT-EMPTY"
    made.manifest["steps"] = [
        step for step in made.manifest["steps"] if step["step"] != "claims.claim_procedure"
    ]
    with pytest.raises(CorridorError) as refused:
        export_tuva(made, tmp_path / "new")
    assert refused.value.code == "EXPORT-TABLE-MISSING"
    assert not (tmp_path / "new").exists()


def corridor(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "corridor.cli.main", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["export", "csv", "--out", "x", "--json"], "EXPORT-LAYOUT"),
        (["synth", "--layout", "csv", "--out", "x", "--json"], "SYNTH-LAYOUT"),
        (["synth", "--layout", "tuva", "--delivery", "monthly", "--out", "x", "--json"], "SYNTH-DELIVERY"),
    ],
)
def test_what_the_commands_refuse(arguments: list[str], code: str) -> None:
    done = corridor(*arguments)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == code
