"""IOTA and AHEAD from their forms, every model by year, overlaps, one entity under every program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corridor.settings import Settings
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, Sign
from tests.web.team_run import team_home_of

IOTA = """hospital_id,performance_year,final_performance_score,medicare_transplants
999901,2026,81,50
"""
AHEAD = """entity_id,state,by1_revenue,by1_update,by2_revenue,by2_update,by3_revenue,\
payment_adjustment_factor,demographic_factor,market_shift,service_line_change,social_risk_factor,quality_factor,\
effectiveness_factor,ffs_equivalent
999901,MD,90000000,1.05884,94000000,1.028,100000000,1.029,1.004,600000,0,1.006,1,1,101000000
"""


@pytest.fixture(scope="module")
def team_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return team_home_of(tmp_path_factory)


@pytest.fixture
def bench(team_home: Path, tmp_path: Path) -> Workbench:
    return Workbench(team_home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


def words(html: str) -> str:
    text = re.sub(r"</?span[^>]*>", "", html)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def send(person: Person, form: str, rows: str, **chosen: str) -> str:
    answer = person.post(
        f"/forms/{form}",
        data={"csrf": person.csrf, **chosen},
        files={f"file.{form}": (f"{form}.csv", rows)},
    )
    assert answer.status_code == 303, words(answer.text)[-600:]
    return answer.headers["location"]


def test_a_program_of_a_form_asks_for_it(signed: Sign, empty_bench: Workbench) -> None:
    """Without any run, too."""
    person = signed(Role.executive, over=empty_bench)
    for program in ("iota", "ahead"):
        answer = person.get(f"/programs/{program}")
        assert answer.status_code == 200 and f'href="/forms/{program}"' in answer.text
    assert "Nothing is loaded yet" in person.get("/programs/team").text


def test_iota_shows_the_last_answer_of_the_account(signed: Sign) -> None:
    """81 points: 15,000 x 21/40 x 50 is 393,750."""
    person, other = signed(Role.analyst), signed(Role.executive)
    link = send(person, "iota", IOTA, year="2026")
    text = words(person.get("/programs/iota").text)
    assert "Hospital 999901 receives $394k, with 81.0 points" in text and "$393,750" in text
    assert link in person.get("/programs/iota").text
    assert "No settlement of IOTA of yours is kept" in other.get("/programs/iota").text
    # the row states its score: no transplant can move it
    assert "cannot be said of this answer" in person.get("/programs/iota?view=levers").text
    cards = words(person.get("/programs").text)
    assert "+$394kpayment of the year, from your form" in cards.replace("$394k payment", "$394kpayment")


def test_the_newer_answer_is_shown_and_a_saved_one_lasts(signed: Sign, bench: Workbench) -> None:
    person = signed(Role.analyst)
    link = send(person, "iota", IOTA, year="2026")
    assert person.post(f"{link}/save", data={"csrf": person.csrf, "title": "first"}).status_code == 303
    send(person, "iota", IOTA.replace(",81,", ",20,"), year="2026")
    # 20 points: 2,000 x 20/40 x 50 is 50,000 to pay
    assert "Hospital 999901 owes $50k" in words(person.get("/programs/iota").text)
    bench.answers._kept.clear()
    assert "Hospital 999901 receives $394k" in words(person.get("/programs/iota").text)


def test_a_budget_step_by_step(signed: Sign) -> None:
    """The worked example of the method: 104,025,970.93, against claims of 101,000,000."""
    person = signed(Role.executive)
    send(person, "ahead", AHEAD, year="2026")
    text = words(person.get("/programs/ahead").text)
    assert "Hospital 999901 has a budget of $104M, $3M more than the claims would have been paid" in text
    assert "$98,519,160" in text and "payment update moves most" in text
    assert "holds no state or region" in person.get("/programs/ahead?view=obligations").text


def test_every_model_by_year(signed: Sign) -> None:
    person = signed(Role.administrator)
    text = words(person.get("/models?on=2026-11-22").text)
    assert "Making Care Primary ended before their planned last day" in text
    assert re.search(r"ACO REACH in force 2023-01-01 2026-12-31 2023 to 2026 yes LEAD", text)
    later = person.get("/models?year=2028&on=2026-11-22").text
    assert "ACO REACH" not in words(later).partition("Programs and models")[2]
    rows = person.get("/api/v1/models?year=2028").json()["rows"]
    assert "aco_reach" not in {row["model"] for row in rows} and "lead" in {row["model"] for row in rows}
    assert person.get("/models?on=soon").status_code == 400


def test_the_matrix_and_programs_that_meet(signed: Sign) -> None:
    person = signed(Role.administrator)
    assert len(person.get("/api/v1/overlap").json()["rows"]) == 37
    of_team = words(person.get("/overlap?program=team").text).partition("Pairs of programs")[2]
    assert "TEAM and ACO REACH" in of_team and "ASM and MIPS" not in of_team
    met = words(person.get("/overlap?programs=mssp&programs=geo_ahead&on=2028-05-15").text)
    assert "On 2028-05-15, Shared Savings applies; 1 program does not" in met
    assert "Geo AHEAD Shared Savings comes first" in met
    assert person.get("/overlap?programs=nothing").status_code == 400
    assert person.get("/overlap?id=330001").headers["location"] == "/overlap/330001"


def test_a_far_day_makes_no_large_page(signed: Sign) -> None:
    assert len(signed(Role.executive).get("/models?on=9999-12-31").content) < 60_000


def test_one_clinician_under_every_program(signed: Sign) -> None:
    person = signed(Role.executive)
    first = person.get("/api/v1/tables/asm.result?columns=npi,tin,dollars&limit=1").json()["rows"][0]
    page = person.get(f"/overlap/{first['npi']}")
    assert page.status_code == 200 and f"NPI {first['npi']} is in" in words(page.text)
    found = person.get(f"/api/v1/overlap/{first['npi']}").json()
    assert found["kind"] == "npi" and "asm" in {row["program"] for row in found["rows"]}
    assert person.get("/overlap/1111111111").status_code == 404
    assert person.get("/overlap/a!").status_code == 400
    for wrong in ("/overlap/1EG4TE5MK73", "/overlap?id=1EG4TE5MK73"):  # shaped like a beneficiary's
        refused = person.get(wrong)
        assert refused.status_code == 400 and "1EG4TE5MK73" not in words(refused.text)
    stranger = signed(Role.executive, scope=Scope(npi=("1111111111",)))
    assert stranger.get(f"/overlap/{first['npi']}").status_code == 404


def test_own_answers_count_for_their_account_only(signed: Sign) -> None:
    """393,750 of IOTA and 3,025,970.93 above the claims of AHEAD are 3,419,720.93."""
    person, other = signed(Role.analyst), signed(Role.executive)
    send(person, "iota", IOTA, year="2026")
    send(person, "ahead", AHEAD, year="2026")
    text = words(person.get("/overlap/999901").text)
    assert "CCN 999901 is in AHEAD and IOTA: +$3.4M together in 2026" in text and "+$3,419,721" in text
    assert other.get("/overlap/999901").status_code == 404
