"""TEAM in the application: hospitals side by side, where money went, one episode, the board; for whom."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import duckdb
import pytest

from corridor.settings import Settings
from corridor.web.programs.team_who import EPISODES_SEEN
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, Sign
from tests.web.team_run import BUNDLE, HIGH, LOW, SURGEON, team_home_of

SETTLED = f"""ccn,category,track,category_target,category_spending,category_episodes,baseline_episodes,\
composite_quality_score,post_episode_amount
{LOW},lejr,1,2054850,1900000,100,280,60,0
"""
EPISODE = re.compile(r"/programs/team/episodes/([0-9a-f]{16})")
SCHEDULE = """case_id,ccn,trigger_code,procedure_date,discharge_date,primary_care_referral,target_price,\
spent,completion
7,010001,470,2026-03-02,2026-03-05,No,24000,22500,0.75
8,010001,470,2026-04-02,,,24000,,
"""


@pytest.fixture(scope="module")
def team_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return team_home_of(tmp_path_factory)


@pytest.fixture
def bench(team_home: Path, tmp_path: Path) -> Workbench:
    return Workbench(team_home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


@pytest.fixture
def analyst(signed: Sign) -> Person:
    return signed(Role.analyst)


def words(html: str) -> str:
    text = re.sub(r"</?span[^>]*>", "", html)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_hospitals_beside_the_mean_of_the_same_procedure(analyst: Person) -> None:
    """120,000 + 12 x 14,100 + 3,000 is 292,200 of 24 episodes; 172,200 of them of the dearer hospital."""
    answer = analyst.get("/programs/team")
    assert answer.status_code == 200
    text = words(answer.text)
    # 12,175 an episode; 4,200 of 292,200 came after the anchor
    assert "24 episodes at 2 hospitals cost $12k each, 1% of it after the anchor" in text
    assert f"CCN {LOW} 12 $10,000" in text and f"CCN {HIGH} 12 $14,350" in text


def test_the_other_set_of_definitions(analyst: Person) -> None:
    """Ninety days hold the same claims; each view asks for its own set."""
    page = analyst.get("/programs/team").text
    assert "?view=standing&amp;show=shadow_bundles" in page
    for view in ("standing", "trend", "dollars", "levers", "episodes"):
        answer = analyst.get(f"/programs/team?view={view}&show=shadow_bundles")
        assert answer.status_code == 200 and 'aria-current="true">CMS' in answer.text, view
    text = words(analyst.get("/programs/team?view=trend&show=shadow_bundles").text)
    assert f"{BUNDLE} 24" in text
    compared = words(analyst.get("/programs/team?view=who&show=surgeon-bundles").text)
    assert "90 days" in compared and BUNDLE.lower() in compared.lower()


def test_a_settlement_of_ones_own_stands_beside_the_hospital(analyst: Person) -> None:
    """An answer of the account's own, for its own hospital only."""
    link = send(analyst, "team", SETTLED, year="2026")
    page = analyst.get("/programs/team")
    text = words(page.text)
    assert "settled from your form" in text and link in page.text
    paid = words(analyst.get(link).text)
    (amount,) = set(re.findall(r"\+\$1[0-9]{2},[0-9]{3}", text))
    assert amount in paid
    assert f"CCN {LOW} 12 $10,000 0.82 +$25,755 0% 0% {amount}" in text
    assert f"CCN {HIGH} 12 $14,350 1.18 −$25,755 – 0% –" in text


def test_where_the_money_went(analyst: Person) -> None:
    """4,200 over 24 episodes is 175 each, 125 of it the readmission."""
    text = words(analyst.get("/programs/team?view=dollars").text)
    assert "$200 an episode went elsewhere than the anchor stay, most of it for readmission: $100" in text
    assert "Professional services $1.2k $50" in text


def test_few_readmitted_are_not_told(analyst: Person) -> None:
    text = words(analyst.get("/programs/team?view=levers").text)
    assert "<11 of 24 episodes had a readmission" in text.replace("&lt;", "<")
    assert "$3,000" not in text


def test_a_file_of_the_comparison_hides_few(analyst: Person) -> None:
    answer = analyst.get("/programs/team?view=who&format=csv")
    rows = {row["facility_ccn"]: row for row in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))}
    assert float(rows[LOW]["mean_spend"]) == 10000 and float(rows[HIGH]["mean_spend"]) == 14350
    assert rows[HIGH]["readmission_share"] == ""  # one of twelve came back


def test_an_episode_opens_to_its_lines(analyst: Person, bench: Workbench) -> None:
    """The costliest: 14,000 and 100 and 3,000."""
    listed = analyst.get("/programs/team?view=episodes").text
    keys = list(dict.fromkeys(EPISODE.findall(listed)))
    assert len(keys) == 24
    page = analyst.get(f"/programs/team/episodes/{keys[0]}")
    text = words(page.text)
    assert page.status_code == 200 and f"at CCN {HIGH} cost $17k" in text
    assert "Together $17,100" in text and "r13" in text
    assert "$2.9k below the target you gave" in words(
        analyst.get(f"/programs/team/episodes/{keys[0]}?target=20000").text
    )
    with bench.state.reading() as con:
        noted = con.execute("select subject from audit where action = 'team_episode'").fetchall()
    assert [row["subject"] for row in noted] == [f"episode {keys[0]}, person 13"] * 2
    assert analyst.get("/programs/team/episodes/ffffffffffffffff").status_code == 404
    assert analyst.get(f"/programs/team/episodes/{keys[0]}?target=-1").status_code == 400


def test_no_address_names_a_claim_or_a_person(analyst: Person) -> None:
    for view in ("standing", "dollars", "levers", "who", "episodes"):
        html = analyst.get(f"/programs/team?view={view}").text
        links = re.findall(r'href="([^"]+)"', html)
        assert not [one for one in links if "team:" in one or "person" in one], view


def test_single_episodes_are_for_roles_with_patients(signed: Sign, analyst: Person) -> None:
    key = EPISODE.findall(analyst.get("/programs/team?view=episodes").text)[0]
    executive = signed(Role.executive)
    assert executive.get(f"/programs/team/episodes/{key}").status_code == 403
    page = executive.get("/programs/team?view=episodes")
    assert "shown to roles that work with patients" in page.text and not EPISODE.search(page.text)
    assert "$14,350" in executive.get("/programs/team").text


def test_the_page_of_a_clinician_names_the_surgeon(analyst: Person) -> None:
    """Twelve episodes of 10,000 where the mean is 12,146: 0.82 of it."""
    text = words(analyst.get(f"/clinicians/{SURGEON}").text)
    assert "surgeon of 12 episodes $10k each, 0.82 of the mean of the same procedures" in text
    assert f"/overlap/{SURGEON}" in analyst.get(f"/clinicians/{SURGEON}").text


def test_a_surgeon_sees_own_episodes_and_no_hospital(signed: Sign, analyst: Person) -> None:
    other = EPISODE.findall(analyst.get("/programs/team?view=episodes").text)[0]
    surgeon = signed(Role.clinician, scope=Scope(npi=(SURGEON,)))
    listed = surgeon.get("/programs/team?view=episodes").text
    mine = list(dict.fromkeys(EPISODE.findall(listed)))
    assert len(mine) == 12 and other not in mine
    page = surgeon.get(f"/programs/team/episodes/{mine[0]}")
    assert page.status_code == 200 and "Together $10,000" in words(page.text)
    assert surgeon.get(f"/programs/team/episodes/{other}").status_code == 404
    assert HIGH not in surgeon.get("/programs/team").text
    assert HIGH not in surgeon.get("/programs/team?view=who&show=surgeon").text


def test_a_mean_of_few_people_is_not_told() -> None:
    """Whoever sees one of two episodes of a price would know the other's from their mean."""
    con = duckdb.connect()
    con.execute("create schema panel")
    con.execute(
        "create table panel.team_episode as select * from (values ('a', 12000.0, 2), ('b', 9000.0, 11)) "
        "as t(episode_key, loaded_mean, loaded_people)"
    )
    rows = con.execute(f"{EPISODES_SEEN} order by episode_key").fetchall()
    assert rows == [("a", None, 2), ("b", 9000, 11)]


def send(person: Person, form: str, rows: str, **chosen: str) -> str:
    answer = person.post(
        f"/forms/{form}",
        data={"csrf": person.csrf, **chosen},
        files={f"file.{form}": (f"{form}.csv", rows)},
    )
    assert answer.status_code == 303, words(answer.text)[-600:]
    return answer.headers["location"]


def test_the_board_of_a_schedule(analyst: Person, signed: Sign) -> None:
    """On the sixteenth day 22,500 of which three quarters are known are 30,000: 6,000 above the target.

    The other case is within the 90 days before its procedure in which the first survey is due."""
    empty = words(analyst.get("/programs/team?view=board").text)
    assert "No schedule of yours is kept" in empty
    send(analyst, "team_schedule", SCHEDULE, as_of="2026-03-20")
    text = words(analyst.get("/programs/team?view=board").text)
    assert "1 episode open of 2 cases; 2 ask for something now" in text
    assert "day 16 of 30" in text and "−$6,000" in text and "primary care referral" in text
    assert "No schedule of yours is kept" in signed(Role.biller).get("/programs/team?view=board").text


def test_a_board_of_no_day_is_refused(analyst: Person) -> None:
    answer = analyst.post(
        "/forms/team_schedule",
        data={"csrf": analyst.csrf, "as_of": "soon"},
        files={"file.team_schedule": ("s.csv", SCHEDULE)},
    )
    assert answer.status_code == 400 and "As of is no day" in answer.text


def test_an_account_of_a_hospital_sees_that_hospital(signed: Sign, analyst: Person) -> None:
    """Its sums, its surgeons, its episodes with every line; nothing of another, and no other table."""
    every = analyst.get("/programs/team?view=episodes").text
    mine = signed(Role.analyst, scope=Scope(ccn=(LOW,)))
    text = words(mine.get("/programs/team").text)
    assert "12 episodes at 1 hospital cost $10k each" in text and HIGH not in text
    assert f"NPI {SURGEON}"[4:] in mine.get("/programs/team?view=who&show=surgeon").text
    keys = list(dict.fromkeys(EPISODE.findall(mine.get("/programs/team?view=episodes").text)))
    assert len(keys) == 12 and set(keys) < set(EPISODE.findall(every))
    assert "Together $10,000" in words(mine.get(f"/programs/team/episodes/{keys[0]}").text)
    other = next(key for key in EPISODE.findall(every) if key not in keys)
    assert mine.get(f"/programs/team/episodes/{other}").status_code == 404
    rows = mine.get("/api/v1/tables/claims.service_line").json()["rows"]
    assert rows == [] and mine.get("/api/v1/tables/asm.result").json()["rows"] == []


def test_a_hospital_in_the_form_of_accounts(signed: Sign) -> None:
    chief = signed(Role.administrator)
    given = {"csrf": chief.csrf, "name": "hospital", "role": "executive", "ccn": LOW}
    assert chief.post("/administration/accounts", data=given).status_code in (200, 303)
    assert f"CCN {LOW}" in words(chief.get("/administration").text)
    wrong = chief.post("/administration/accounts", data={**given, "name": "other", "ccn": "12"})
    assert wrong.status_code == 400 and "One entry is no CCN" in wrong.text
