"""corridor apcm of a panel or of counts: the figures of the notes through the installed fee schedule."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from corridor.cli.apcm import apcm
from corridor.errors import CorridorError
from corridor.jobs.apcm import Wanted, of_file, of_run
from corridor.jobs.audits import from_file as audit_file
from corridor.jobs.audits import spec_of
from corridor.jobs.context import Context, open_context

PANEL = """patient_id,npi,tin,chronic_conditions,qmb,behavioral,last_seen,apcm_code,care_management,minutes
P1,9000000001,T1,3,no,no,2026-05-02,,99490,25
P2,9000000001,T1,3,yes,no,2026-05-12,,,45
P3,9000000001,T1,1,yes,no,2026-04-02,G0556,,0
P4,9000000001,T1,2,no,yes,2026-03-02,G0557,,
P5,9000000002,T1,2,no,no,2024-03-02,,,
"""


@pytest.fixture
def context(pfs_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Context:
    monkeypatch.setenv("CORRIDOR_HOME", str(pfs_home))
    monkeypatch.chdir(tmp_path)
    return open_context()


def _file(tmp_path: Path, text: str, name: str = "panel.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_thousand_people_of_level_two(context: Context, tmp_path: Path) -> None:
    """E.7 no. 9: 645,360.00 allowed, 505,962.24 of Medicare; 54.04 for a qualifying participant."""
    head = "npi,tin,level_1_patients,level_2_patients,level_3_patients,qp\n"
    path = _file(tmp_path, head + "9000000001,T1,0,1000,0,no\n9000000002,T1,0,1000,0,yes\n")
    rows = {row["npi"]: row for row in of_file(path, context, Wanted(year=2026)).rows}
    plain, qualifying = rows["9000000001"], rows["9000000002"]
    assert (plain["all_apcm_amount"], plain["all_apcm_medicare"]) == (
        Decimal("645360.00"),
        Decimal("505962.24"),
    )
    assert (plain["months"], plain["level_2_months"], plain["now_amount"]) == (12, 12000, Decimal("0.00"))
    assert qualifying["all_apcm_amount"] == Decimal("648480.00")  # 1,000 x 12 x 54.04


def test_counts_with_chronic_care_as_billed(context: Context, tmp_path: Path) -> None:
    """Ten of level 2, four with 99490, one of level 3 with 99490, in a month of 2026:

    now 5 x 66.13 = 330.65; all on APCM 10 x 53.78 + 117.24 = 655.04;
    better 6 x 53.78 + 4 x 66.13 + 117.24 = 704.44; twelve months each.
    """
    head = "npi,level_1_patients,level_2_patients,level_3_patients,level_2_ccm,level_3_ccm\n"
    (row,) = of_file(_file(tmp_path, head + "9000000001,0,10,1,4,1\n"), context, Wanted()).rows
    assert row["now_amount"] == Decimal("3967.80")
    assert row["all_apcm_amount"] == Decimal("7860.48")
    assert row["better_amount"] == Decimal("8453.28")
    assert (row["months_better_on_apcm"], row["months_worse_on_apcm"]) == (12, 48)


def test_a_facility_pays_less(context: Context, tmp_path: Path) -> None:
    """D.1: G0558 72.81 in a facility; and of CA 01112-05 (E.7 no. 8) G0557 37.82."""
    head = "npi,level_1_patients,level_2_patients,level_3_patients,setting,mac,locality\n"
    rows = of_file(
        _file(tmp_path, head + "1,0,0,1,facility,,\n2,0,1,0,facility,01112,05\n3,0,1,0,office,01112,05\n"),
        context,
        Wanted(),
    ).rows
    assert {row["npi"]: row["all_apcm_amount"] for row in rows} == {
        "1": Decimal("873.72"),
        "2": Decimal("453.84"),
        "3": Decimal("792.96"),
    }


def test_a_panel_by_patient(context: Context, tmp_path: Path) -> None:
    found = of_file(_file(tmp_path, PANEL), context, Wanted())
    (row,) = [one for one in found.rows if one["npi"] == "9000000001"]
    # a month: now 66.13 + 16.37 + 53.78; all on APCM 53.78 + 117.24 + 16.37 + 53.78;
    # better 66.13 + 117.24 + 16.37 + 53.78
    assert row["now_amount"] == 12 * Decimal("136.28")
    assert row["all_apcm_amount"] == 12 * Decimal("241.17")
    assert row["better_amount"] == 12 * Decimal("253.52")
    assert {one["patient_id"]: (one["why"], one["dollars"]) for one in found.work_list} == {
        "P1": ("care management billed instead", Decimal("-12.35")),
        "P2": ("APCM not billed", Decimal("117.24")),
    }, "P5 was last seen two years before the others"
    by_minutes = {one["patient_id"]: one["ccm_by_minutes"] for one in found.work_list}
    assert by_minutes == {"P1": Decimal("66.13"), "P2": Decimal("116.57")}  # 45 minutes: 99490 and 99439
    assert found.comparison == [
        "Outside a facility, not qualifying: a month of G0557 pays 53.78, a month of 99490 66.13. "
        "G0557 is below 99490: where its 20 minutes are kept, chronic care management pays more."
    ]
    assert [one["element"] for one in found.elements] == list(range(1, 14))
    assert {one["program"] for one in found.programs} >= {"apcm", "ccm", "pcm", "bhi", "cocm", "dmht"}


def test_the_audits_take_the_panel_too(context: Context, tmp_path: Path) -> None:
    path = _file(tmp_path, PANEL)
    apcm = audit_file(spec_of("apcm"), path, context)
    assert [(row["kind"], row["hcpcs_code"], row["dollars"], row["person_id"]) for row in apcm.rows] == [
        ("apcm_missed", "G0558", Decimal("117.24"), None)
    ]
    behavioral = audit_file(spec_of("behavioral"), path, context)
    assert [(row["kind"], row["hcpcs_code"], row["dollars"]) for row in behavioral.rows] == [
        ("integration_missed", "G0570", Decimal("57.78"))
    ]


def test_the_command(context: Context, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, PANEL)
    plain = {
        "with_mbi": False,
        "year": None,
        "month": None,
        "npi": None,
        "tin": None,
        "out": None,
        "limit": 20,
        "config": None,
    }
    apcm(file=path, worklist=tmp_path / "people.csv", as_json=True, **plain)
    said = json.loads(capsys.readouterr().out)
    assert (said["program"], said["year"], said["people_to_bill"]) == ("primary_care", 2026, 2)
    assert {"rule", "status"} <= set(said["assumptions"][0])
    with (tmp_path / "people.csv").open() as lines:
        assert [row["patient_id"] for row in csv.DictReader(lines)] == ["P2", "P1"]
    apcm(file=path, worklist=None, as_json=False, **plain)
    text = capsys.readouterr().out
    assert "P1" not in text and "99490" in text and "consent" in text
    assert "2 people to bill for in 2026-01" in text and "not qualifying:" in text
    assert "primary_care.hourly_cost" in text and "primary_care.staff_cost" in text
    assert "stop, cost sharing" in text  # the end of a text that is wrapped, not cut
    apcm(file=path, worklist=None, as_json=False, **{**plain, "npi": "9999"})
    assert "names nobody of 9999" in capsys.readouterr().err
    with pytest.raises(CorridorError) as refused:
        apcm(file=path, worklist=None, as_json=False, **{**plain, "with_mbi": True})
    assert refused.value.code == "AUDIT-MBI"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PANEL.replace("99490", "99213"), "APCM-CODE"),
        ("patient_id,chronic_conditions,qmb,mac,locality\nP1,1,no,01112,98\n", "APCM-LOCALITY"),
        (
            "patient_id,npi,chronic_conditions,qmb,setting\nP1,1,2,no,office\nP2,1,2,no,facility\n",
            "APCM-PLACES",
        ),
        ("level_1_patients,level_2_patients,level_3_patients,level_2_ccm\n0,3,0,4\n", "APCM-COUNTS"),
        ("patient_id,qmb\nP1,no\n", "TABULAR-MISSING-COLUMN"),
        ("patient_id,chronic_conditions,qmb\nP1,many,no\n", "FORM-ROW"),
    ],
)
def test_what_is_refused(context: Context, tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(CorridorError) as caught:
        of_file(_file(tmp_path, text), context, Wanted(year=2026))
    assert caught.value.code == code
    assert "P1" not in str(caught.value)


def test_a_year_without_a_fee_schedule(context: Context, tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as caught:
        of_file(_file(tmp_path, PANEL), context, Wanted(year=2023))
    assert caught.value.code == "APCM-PRICE"


def test_no_run_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Empty:
        def has(self, table: str) -> bool:
            return False

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("corridor.jobs.apcm.open_run", lambda home: Empty())
    with pytest.raises(CorridorError) as caught:
        of_run(open_context(), Wanted())
    assert caught.value.code == "APCM-NOT-MADE"


def test_a_run_that_knows_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Empty:
        def has(self, table: str) -> bool:
            return True

        def query(self, sql: str) -> list[dict[str, object]]:
            return []

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("corridor.jobs.apcm.open_run", lambda home: Empty())
    with pytest.raises(CorridorError) as caught:
        of_run(open_context(), Wanted())
    assert caught.value.code == "APCM-NOTHING"
