"""How programs lie on one another: the matrix, the worked cases of overlap.md, one entity of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from corridor.law import load_rules
from corridor.programs.overlap.matrix import among, matrix, of_pair
from corridor.programs.overlap.resolve import READ
from tests.programs.command import corridor
from tests.programs.kept_run import keep_run

CASES = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "overlap" / "worked.yaml").read_text(encoding="utf-8")
)["cases"]
LAW = load_rules(list(READ))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].split(":")[0])
def test_worked_cases(case, capsys) -> None:
    more = ["--state", case["state"]] if "state" in case else []
    asked = ("overlap", "--programs", ",".join(case["programs"]), "--on", case["on"], *more, "--json")
    found = corridor(capsys, *asked).json()
    assert found["owner"] == case["owner"]
    assert [row["program"] for row in found["kept"]] == case["kept"]
    assert {row["program"] for row in found["dropped"]} == set(case["dropped"])
    holds = {frozenset((row["first"], row["second"])) for row in found["holds"]}
    if case["holds"]:
        assert {frozenset(pair) for pair in case["holds"]} <= holds
    else:
        assert not holds
    if "conflicts" in case:
        conflicts = {frozenset((row["first"], row["second"])) for row in found["conflicts"]}
        assert conflicts == {frozenset(pair) for pair in case["conflicts"]}


def test_the_matrix_is_that_of_the_rule_file(capsys) -> None:
    answer = corridor(capsys, "overlap", "--json").json()
    rows = answer["rows"]
    assert len(rows) == 37 and all(set(row) >= {"entity", "beneficiary", "dollars"} for row in rows)
    pair = of_pair(rows, "mssp", "team")
    assert [pair[q]["answer"] for q in ("entity", "beneficiary", "dollars")] == ["yes", "yes", "apart"]
    assert [pair[q]["evidence"] for q in ("entity", "beneficiary", "dollars")] == [
        "assumed", "official", "assumed",
    ]  # fmt: skip
    open_ones = {
        (row["first"], row["second"], q)
        for row in rows
        for q in ("entity", "beneficiary", "dollars")
        if row[q]["answer"] == "?"
    }
    # what the file marks ? stays ?, and says so
    for known in (
        *(("team", "lead", "dollars"), ("team", "ahead", "entity"), ("team", "geo_ahead", "beneficiary")),
        *(("mssp", "ahead", "dollars"), ("mssp", "pc_ahead", "dollars"), ("asm", "qp", "entity")),
        *(("iota", "ahead", "entity"), ("geo_ahead", "ahead", "dollars")),
    ):
        assert known in open_ones, known
    assert of_pair(rows, "team", "generous")["entity"]["answer"] == "?"  # a pair nobody wrote of
    assert {one["status"] for one in answer["assumptions"]} == {"assumed", "secondary"}
    assert len(among(rows, ["a", "b", "c"])) == 3 and len(matrix(LAW.in_force(2026))) == 37


def test_no_cell_has_a_better_source_than_its_tag(capsys) -> None:
    rows = corridor(capsys, "overlap", "--json").json()["rows"]
    for aco in ("mssp", "aco_reach", "lead"):  # the tag of these rows is "E [S]": of the entity alone
        pair = of_pair(rows, "asm", aco)
        assert [pair[q]["evidence"] for q in ("entity", "beneficiary", "dollars")] == [
            "secondary", "assumed", "assumed",
        ]  # fmt: skip
    assert of_pair(rows, "generous", "drug_340b")["dollars"]["evidence"] == "assumed"  # [S]/[M]


def test_states_and_owners_say_no_more_than_is_known(capsys) -> None:
    def asked(programs: str, day: str, state: str = "") -> dict:
        more = ["--state", state] if state else []
        return corridor(capsys, "overlap", "--programs", programs, "--on", day, *more, "--json").json()

    # overlap.md 7: no AHEAD rows for Vermont; New York begins in 2028; WISeR has six states, in any spelling
    for state, day, kept in (
        ("VT", "2028-05-01", []),
        ("NY", "2027-05-01", []),
        ("NY", "2028-05-01", ["ahead", "pc_ahead"]),
        ("md", "2026-05-01", ["ahead", "pc_ahead"]),
        ("OH", "2026-05-01", ["wiser"]),
    ):
        found = asked("ahead,pc_ahead,wiser", day, state)
        assert [row["program"] for row in found["rows"]] == kept, (state, day)
    assert [row["program"] for row in asked("team,cjr_x", "2028-05-01", "md")["rows"]] == []
    # the matrix says nothing of MSSP beside Primary Care Flex or Kidney Care Choices: open, not excluded
    for other in ("pc_flex", "kcc"):
        found = asked(f"mssp,{other}", "2026-05-01")
        assert found["several_owners"] == [] and set(found["owners_open"]) == {"mssp", other}
        assert found["owner"] is None and found["holds"]
    assert set(asked("mssp,aco_reach", "2026-05-01")["several_owners"]) == {"mssp", "aco_reach"}
    text = corridor(capsys, "overlap", "--programs", "mssp,kcc", "--on", "2026-05-01").out
    assert "was not seen" in text and "No beneficiary can be" not in text


def test_programs_on_the_command_line(capsys) -> None:
    answer = corridor(
        capsys, "overlap", "--programs", "mssp,team,ahead,geo_ahead", "--on", "2028-05-15", "--json"
    )
    assert [row["program"] for row in answer.json()["rows"]] == ["mssp", "team", "ahead"]
    text = corridor(capsys, "overlap", "--programs", "mssp, aco_reach", "--on", "2026-05-15").out
    assert "No beneficiary can be of all of" in text
    assert "OVERLAP-PROGRAM" in corridor(capsys, "overlap", "--programs", "mssp,medicaid").err


NPI, COLLEAGUE, TIN, CCN = "9000000015", "9000000023", "000000001", "330001"
SMALL = "330002"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    key = {"npi": NPI, "tin": TIN, "performance_year": 2027, "payment_year": 2029}
    cost = {"definition_set": "team", "facility_ccn": CCN, "surgeon_npi": NPI}
    keep_run(
        home,
        {
            "asm.result": [{**key, "payment_adjustment_factor": -0.05, "dollars": -5000.0}],
            "mips.score": [{**key, "final_score": 80.0, "payment_adjustment_factor": 0.01, "dollars": 1000.0,
                            "adjusts": True, "counts": True, "reporting": "individual"},
                           {**key, "npi": COLLEAGUE, "final_score": 90.0, "payment_adjustment_factor": 0.01,
                            "dollars": 700.0, "adjusts": True, "counts": True, "reporting": "individual"}],
            "qp.clinician_year": [{**key, "qp_status": "none", "qp_reason": "too little",
                                   "mips_status": "excluded_asm"}],
            "attribution.participant": [{"tin": TIN, "aco_id": "A9999", "program": "mssp", "acos": 1}],
            "mssp.projection": [{"aco_id": "A9999", "year": 2027, "newest": True, "savings": 300000.0,
                                 "savings_low": -100000.0, "savings_high": 700000.0}],
            "team.episode_cost": [{**cost, "episode_id": str(n), "person_id": n, "spending": 20000.0}
                                  for n in range(30)]
            + [{**cost, "facility_ccn": SMALL, "episode_id": f"s{n}", "person_id": n, "spending": 20000.0}
               for n in range(20)],
            "attribution.person": [{"person_id": n, "aco_id": aco}
                                   for n, aco in enumerate(["A9999"] * 15 + ["A9998"] * 5 + [None] * 10)],
            "billing.prior_auth_exposure": [{"npi": NPI, "tin": TIN, "service_year": 2026, "is_active": True,
                                             "result": "PA_RECOMMENDED", "dollars": 4000.0, "services": 12}],
        },
        2027,
    )  # fmt: skip
    return home


@pytest.fixture
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(home))


def test_a_clinician_under_every_program(at_home, capsys) -> None:
    answer = corridor(capsys, "overlap", NPI, "--json").json()
    assert answer["kind"] == "npi" and answer["order"] == ["wiser", "mssp", "team", "asm", "mips"]
    assert [(row["first"], row["second"]) for row in answer["conflicts"]] == [("asm", "mips")]
    paid = next(row for row in answer["interaction"] if row["year"] == 2029)
    # alone -5,000 and +1,000; ASM sets MIPS aside; the ACO's 300,000 are not the clinician's
    assert (paid["parts"], paid["sum_of_parts"]) == ({"asm": -5000, "mips": 1000}, -4000)
    assert (paid["whole"], paid["interaction"]) == (-5000, -1000)
    assert any("duplicative" in text for text in paid["not_computed"])
    aco = next(row for row in answer["rows"] if row["program"] == "mssp")
    assert (aco["whose"], aco["dollars"], aco["dollars_low"]) == ("ACO", 300000, -100000)
    checks = {row["check"]: row["holds"] for row in answer["checks"]}
    assert checks["no MIPS adjustment in a payment year of ASM"] is False
    assert checks["one ACO holds the practice"] is True
    assert checks["a beneficiary has one ACO at most"] is True
    assert checks["an anchor claim opens one TEAM episode at most"] is None  # the run has no team.episode
    text = corridor(capsys, "overlap", NPI).out
    assert "interaction $-1,000" in text and "Not in both in one year: asm and mips" in text


def test_a_hospital_beside_an_aco(at_home, tmp_path, capsys) -> None:
    iota = {"program": "iota", "year": 2026, "rows": [{"hospital_id": CCN, "payment": 375000}]}
    team = {
        "program": "team",
        "year": 2026,
        "rows": [{"ccn": CCN, "reconciliation_payment": 40000, "repayment": 0}],
    }
    for name, body in (("iota", iota), ("team", team)):
        (tmp_path / f"{name}.json").write_text(json.dumps(body))
    answer = corridor(
        capsys, "overlap", CCN, "--with", tmp_path / "iota.json", "--with", tmp_path / "team.json", "--json"
    ).json()
    assert answer["order"] == ["team", "iota"]
    mine, other = sorted(answer["hospital_and_aco"], key=lambda row: row["aco_id"], reverse=True)
    # 15 of 30 episodes of 20,000: half of the lump sum by spending; five people are not shown
    assert (mine["aco_id"], mine["episodes"], mine["spending"]) == ("A9999", 15, 300000)
    assert (mine["lump_sum"], mine["aco_savings_without"], mine["aco_savings_with"]) == (
        20000,
        300000,
        280000,
    )
    assert (other["episodes"], other["spending"], other["share_of_spending"]) == (None, None, None)
    total = next(row for row in answer["interaction"] if row["year"] == 2026)
    assert total["parts"] == {"iota": 375000, "team": 40000} and total["interaction"] == 0
    assert "few people, not shown" in corridor(capsys, "overlap", CCN).out
    # 20 people, 15 of one ACO: what is left of the total would tell the five of the other
    small = corridor(capsys, "overlap", SMALL, "--json").json()
    assert [row["episodes"] for row in small["hospital_and_aco"]] == [None, None]
    assert [row["share_of_spending"] for row in small["hospital_and_aco"]] == [None, None]


def test_a_practice_and_an_aco(at_home, capsys) -> None:
    assert corridor(capsys, "overlap", TIN, "--json").json()["order"] == ["wiser", "mssp", "asm", "mips"]
    colleague = corridor(capsys, "overlap", COLLEAGUE, "--json").json()
    assert colleague["conflicts"] == [] and colleague["interaction"][0]["whole"] == 700
    paid = next(
        r for r in corridor(capsys, "overlap", TIN, "--json").json()["interaction"] if r["year"] == 2029
    )
    # -5,000 + 1,000 + 700 alone; only the first clinician's MIPS is set aside
    assert (paid["sum_of_parts"], paid["whole"], paid["interaction"]) == (-3300, -4300, -1000)
    assert not paid["complete"]
    aco = corridor(capsys, "overlap", "A9999", "--json").json()
    assert aco["kind"] == "aco" and aco["rows"][0]["dollars"] == 300000


def test_answers_of_forms_are_counted_once_and_by_their_own_model(at_home, tmp_path, capsys) -> None:
    key = {"npi": NPI, "tin": TIN}
    answers = {
        # a hospital's budget leaves 1,000 above its claims; the model is AHEAD's, not that of Geo Entities
        "hospital": {"program": "ahead", "year": 2028, "rows": [
            {"entity_id": CCN, "component": "hospital", "retained_revenue": 1000}]},
        # ahead.md V7: two beneficiaries of one practice, 40.80 and 61.20, 102 together
        "practice": {"program": "ahead", "year": 2026, "rows": [
            {"entity_id": TIN, "component": "practice", "epcp": 40.8, "practice_epcp": 102},
            {"entity_id": TIN, "component": "practice", "epcp": 61.2, "practice_epcp": 102}]},
        # the run has ASM's -5,000 of 2027, paid in 2029, already
        "asm": {"program": "asm", "year": 2027, "rows": [{**key, "payment_year": 2029, "dollars": -5000}]},
    }  # fmt: skip
    for name, body in answers.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(body))

    def settled(identifier: str, name: str) -> dict:
        return corridor(capsys, "overlap", identifier, "--with", tmp_path / f"{name}.json", "--json").json()

    hospital = settled(CCN, "hospital")
    assert hospital["order"] == ["team", "ahead"]
    # claims alone do not say that CMS's list has the hospital
    assert [row["is_in"] for row in hospital["rows"]] == [None, True]
    practice = settled(TIN, "practice")
    assert next(y for y in practice["interaction"] if y["year"] == 2026)["parts"] == {
        "pc_ahead": pytest.approx(102)
    }
    years = {one["year"]: one["parts"] for one in settled(NPI, "asm")["interaction"]}
    assert years == {2029: {"asm": -5000, "mips": 1000}}


@pytest.mark.parametrize(
    ("identifier", "more", "code"),
    [
        ("12", [], "OVERLAP-ID"),
        ("9000000099", [], "OVERLAP-UNKNOWN"),
        (CCN, ["--with", "bad"], "OVERLAP-ANSWER"),
    ],
)
def test_refusals(identifier, more, code, at_home, tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad").write_text("{}")
    assert corridor(capsys, "overlap", identifier, *more, "--json").json()["error"]["code"] == code
