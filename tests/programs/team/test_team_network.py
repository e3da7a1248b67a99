"""What TEAM's episodes tell of surgeons, later facilities, causes of readmission and the own network."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.programs.command import corridor
from tests.programs.kept_run import keep_run
from tests.programs.team.bench import TeamBench, procedure, span, stay, visit

TABLES = ("team.surgeon", "team.post_acute", "team.readmission_cause", "team.leakage")


def facility(claim: str, person: int, start: str, end: str, ccn: str, paid: float, kind: str) -> Any:
    """A claim of a skilled nursing facility (20) or a home health agency (10)."""
    first = stay(claim, person, start, end, "", paid)
    return first | {
        "claim_type_code": kind,
        "drg_code": None,
        "admission_date": None,
        "discharge_date": None,
        "facility_ccn": ccn,
    }


@pytest.fixture(scope="module")
def made() -> TeamBench:
    """Two knees of one surgeon and one of another, all at 010001 and out by March 5."""
    bench = TeamBench()
    bench.give(
        "claims.medical_claim",
        [
            stay("a1", 1, "2026-03-02", "2026-03-05", "470", 15000, operating_npi="1234567893"),
            facility("a2", 1, "2026-03-05", "2026-03-14", "015001", 4000, "20"),
            facility("a3", 1, "2026-03-15", "2026-03-24", "015001", 3000, "20"),
            stay("a4", 1, "2026-03-25", "2026-03-28", "291", 6000, facility_ccn="010002"),
            stay("b1", 2, "2026-03-02", "2026-03-05", "470", 15000, operating_npi="1234567893"),
            # half of its twenty days are inside: the window ends on April 3
            facility("b2", 2, "2026-03-25", "2026-04-13", "017001", 2000, "10"),
            stay("c1", 3, "2026-03-02", "2026-03-05", "470", 15000, operating_npi="1003000126"),
            stay("c2", 3, "2026-03-06", "2026-03-16", "560", 9000, facility_ccn="01T001"),
            visit("c3", 3, "2026-03-20", 300, billing_tin="111111111"),
            visit("c4", 3, "2026-03-21", 200, billing_tin="222222222"),
            procedure("c5", 3, "2026-03-22", "99213", 100),
        ],
    )
    bench.give("claims.eligibility", [span(person) for person in (1, 2, 3)])
    bench.give("org_raw.provider_roster", [{"tin": "111111111"}], {"tin": "VARCHAR"})
    bench.give("reference.ms_drg", [{"drg_code": "291", "mdc_code": "05", "title": "t", "vintage": "2026"}])
    for table in TABLES:
        bench.run(table)
    return bench


def rows(bench: TeamBench, query: str) -> list[tuple[Any, ...]]:
    return bench.con.execute(query).fetchall()


def test_surgeons_side_by_side(made: TeamBench) -> None:
    """28,000 and 16,000 of one, 24,600 of the other."""
    found = rows(
        made,
        """select npi, episodes, mean_spend, mean_loaded_ratio, readmission_share, snf_share,
        post_acute_spend from team.surgeon where definition_set = 'team' order by npi""",
    )
    # the dearest is capped at the 99th percentile: 2 % of the way down to the next, 28,000 - 0.02 x 3,400
    capped = 28000 - 0.02 * 3400
    mean = (capped + 16000 + 24600) / 3
    other, one = found
    assert other[:3] == ("1003000126", 1, 24600.0) and other[4:] == (0, 0, Decimal("9000.00"))
    assert one[:3] == ("1234567893", 2, 22000.0) and one[4:] == (0.5, 0.5, Decimal("8000.00"))
    assert abs(other[3] - 24600 / mean) < 1e-9
    assert abs(one[3] - (capped + 16000) / (2 * mean)) < 1e-9


def test_facilities_after_discharge(made: TeamBench) -> None:
    """Two claims of one stay are one episode of twenty days; home health counts its ten days inside."""
    found = rows(
        made,
        """select provider_ccn, setting, episodes, spend, mean_days from team.post_acute
        where definition_set = 'team' order by provider_ccn""",
    )
    assert found == [
        ("015001", "snf", 1, Decimal("7000.00"), 20.0),
        ("017001", "home_health", 1, Decimal("1000.00"), 10.0),
        ("01T001", "rehabilitation", 1, Decimal("9000.00"), 11.0),
    ]


def test_causes_of_readmissions(made: TeamBench) -> None:
    found = rows(
        made,
        """select hospital_ccn, category, cause, mdc_code, episodes, stays, same_hospital_people, spend
        from team.readmission_cause where definition_set = 'team'""",
    )
    assert found == [("010001", "lejr", "291", "05", 1, 1, 0, Decimal("6000.00"))]


def test_the_own_network(made: TeamBench) -> None:
    """Own: the hospital, its unit, a listed practice. Not: another hospital or practice. Unknown: facilities
    of no list."""
    found = rows(
        made,
        """select setting, own_network, episodes, spend from team.leakage
        where definition_set = 'team' order by setting, own_network nulls last""",
    )
    assert found == [
        ("home_health", None, 1, Decimal("1000.00")),
        ("outpatient", True, 1, Decimal("100.00")),
        ("professional", False, 1, Decimal("200.00")),
        ("professional", True, 1, Decimal("300.00")),
        ("readmission", False, 1, Decimal("6000.00")),
        ("rehabilitation", True, 1, Decimal("9000.00")),
        ("snf", None, 1, Decimal("7000.00")),
    ]
    total = rows(made, "select sum(spend) from team.leakage where definition_set = 'team'")
    spent = rows(
        made, "select sum(spending - anchor_amount) from team.episode_cost where definition_set = 'team'"
    )
    assert total == spent


def test_the_command_tells_of_no_few(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve people of one surgeon, five of them readmitted; three of another."""
    key = {"definition_set": "team", "hospital_ccn": "010001", "category": "lejr"}
    made = {**key, "npi": "1234567893", "episodes": 12, "people": 12, "mean_spend": 20000.0,
            "mean_loaded_ratio": 0.95, "readmission_share": 5 / 12, "snf_share": 1.0,
            "readmission_people": 5, "snf_people": 12, "post_acute_spend": 90000.0}  # fmt: skip
    most = {**made, "npi": "1001", "people": 40, "readmission_people": 12, "snf_people": 38}
    few = {**made, "npi": "1003000126", "episodes": 3, "people": 3}
    leak = {**key, "setting": "snf", "own_network": None, "episodes": 12, "people": 12, "spend": 48000.0}
    home = tmp_path / "home"
    tables = {"team.episode_cost": [{"episode_id": "a", "person_id": 1}], "team.surgeon": [made, few, most],
              "team.leakage": [leak]}  # fmt: skip
    keep_run(home, tables, 2026)
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    found = corridor(capsys, "team", "compare", "surgeons", "--ccn", "010001", "--json").json()
    one, other, third = sorted(found["rows"], key=lambda row: str(row["npi"]), reverse=True)
    # 38 of 40 would tell of two
    assert third["snf_share"] is None and third["readmission_people"] == 12
    assert (one["episodes"], one["mean_spend"], one["snf_share"]) == (12, 20000, 1)
    assert one["readmission_share"] is None and one["readmission_people"] is None
    assert other["npi"] == "1003000126" and other["episodes"] is None and other["mean_spend"] is None
    assert "team.window_days" in {rule["rule"] for rule in found["assumptions"]}
    text = corridor(capsys, "team", "compare", "surgeons").out
    assert "0.95 of the loaded mean" in text and "1003000126  lejr: too few people" in text
    assert "snf  on no list: 12 episodes, $48,000" in corridor(capsys, "team", "compare", "leakage").out
    wrong = corridor(capsys, "team", "compare", "moon", "--json").json()
    absent = corridor(capsys, "team", "compare", "causes", "--json").json()
    assert [wrong["error"]["code"], absent["error"]["code"]] == ["TEAM-CHOICE", "TEAM-NOT-MADE"]
