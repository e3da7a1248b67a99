"""MIPS and quality results over small tables whose sums are counted by hand (``mips_tables``)."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest

from corridor.settings import Settings
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import Person
from tests.web.mips_tables import TABLES
from tests.web.test_people_in_scope import write
from tests.web.test_programs import person, words

GAPS = "/quality?view=gaps"
PEOPLE = "/quality?view=patients&level=clinician&tin=T1&npi=N1&measure=236"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("mips") / "data"
    write(home, TABLES)
    return home


@pytest.fixture
def over(small: Path, tmp_path: Path) -> Workbench:
    return Workbench(small, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


def rows_of(who: Person, address: str) -> list[dict[str, str]]:
    """The rows of a file."""
    return list(csv.DictReader(io.StringIO(who.get(address).text.lstrip("\ufeff"))))


def gaps_seen(who: Person) -> str:
    """The page of gaps, once they are made."""
    for _ in range(40):
        answer = who.get(GAPS)
        if "Refresh" not in answer.headers:
            return answer.text
        time.sleep(0.25)
    raise AssertionError("the gaps were not made")


def test_scores_in_a_sentence_and_in_dollars(over: Workbench) -> None:
    who = person(over, Role.executive)
    text = words(who.get("/programs/mips").text)
    # -3,000 - 900 + 900
    assert "Of 3 clinicians scored for MIPS 2027, 2 lose and 1 gain, together a loss of $3k in 2029" in text
    assert "1 clinician who must report has no score" in text
    assert "they would lose 9%, $1.8k" in text  # of 20,000
    assert "2 of 3 scores lie below 75" in text and "−$3k expected in 2029" in text
    assert "For 1 of 3 scores it is not known whether MIPS adjusts" in text  # N2
    card = words(who.get("/programs").text)
    assert "−$3k expected in 2029" in card and "2 lose and 1 gain" in card


def test_dollars_by_practice(over: Workbench) -> None:
    text = words(person(over, Role.executive).get("/programs/mips?view=dollars").text)
    assert "In 2029, scores of 2027 cost $3.9k and bring $900" in text
    assert "TIN T1 2 32.5 $110,000 – −$3,900 −$3,900" in text
    assert "TIN T2 1 85.0 $50,000 +$900 – +$900" in text


def test_levers_by_hand(over: Workbench) -> None:
    """Quality: N1 to 83 (1.44% gained for 3% lost, 4,440), N2 to 70 (0.6% for 9%, 840). Activities: N1 to 62
    (1.56%, 1,440). Interoperability: N1 to 55 (600), N2 to 45 (540), N3 to 100 (4.5% for 1.8%, 1,350).
    """
    text = words(person(over, Role.executive).get("/programs/mips?view=levers").text)
    assert "Quality at its best is worth most: +$5.3k" in text
    assert "Quality 3 46.7 29.3 +$5,280" in text
    assert "Improvement activities 3 73.3 4.0 +$1,440" in text
    assert "Promoting interoperability 3 44.4 16.7 +$2,490" in text
    # 6 points of 60 at 55 percent: 50 to 55.5, so 2.34% for 3% of 100,000
    assert "Blood pressure control (236) MIPS CQM too little of the data reported 1 4.0 5.5 +$660" in text
    assert "no benchmark 1 3.0 6.4 –" in text


def test_who_scores_what_and_who_has_none(over: Workbench) -> None:
    who = person(over)
    rows = rows_of(who, "/programs/mips?view=who&format=csv")
    assert [(row["npi"], float(row["dollars"])) for row in rows] == [("N1", -3000), ("N2", -900), ("N3", 900)]
    assert [row["npi"] for row in rows_of(who, "/programs/mips?view=who&show=reward&format=csv")] == ["N3"]
    assert "1 to 4 of 4" in who.get("/programs/mips?view=who&show=all").text
    none = words(who.get("/programs/mips?view=who&show=none").text)
    assert "NPI N4" in none and "1 to 1 of 1" in none and "over the threshold" in none
    assert "Ada" in who.get("/programs/mips?view=who&q=ada", headers={"hx-request": "true"}).text


def test_trend_and_what_it_rests_on(over: Workbench) -> None:
    who = person(over, Role.auditor)
    trend = words(who.get("/programs/mips?view=trend").text)
    assert "Only one performance year has scores" in trend and "2027 2029 3 1 0 2 1" in trend
    assert "1 parameter is not codified or official" in words(who.get("/programs/mips?view=assumptions").text)


def test_limited_accounts_see_their_scores(over: Workbench) -> None:
    limited = person(over, scope=Scope(tin=("T2",)))
    text = words(limited.get("/programs/mips").text)
    assert "The one clinician scored for MIPS 2027 gains: +$900 in 2029" in text
    assert {row["npi"] for row in rows_of(limited, "/programs/mips?view=who&show=all&format=csv")} == {"N3"}
    assert limited.get("/explain/mips/N1").status_code == 404
    assert "mips.case_minimum" in limited.get("/programs/mips?view=assumptions").text
    quality = words(limited.get("/quality").text)
    assert "The one result of clinicians for 2027 to Sep 2027 holds the 75%" in quality
    assert "N1" not in quality and "N4" in quality
    assert "10 care gaps of clinicians are open" in words(gaps_seen(limited))
    shown = limited.get(PEOPLE).text
    assert "No patient of yours" in shown


def test_an_aco_sees_what_its_entity_reports(over: Workbench) -> None:
    aco = person(over, scope=Scope(aco=("A1",)))
    text = words(aco.get("/quality?view=results").text)
    assert "A1" in text and "N1" not in text
    other = person(over, scope=Scope(aco=("A2",)))
    assert "Nobody you may see has a MIPS score" in words(other.get("/programs/mips").text)
    assert "corridor load quality-results" in other.get("/quality").text


def test_completeness_and_the_reporting_gap(over: Workbench) -> None:
    text = words(person(over).get("/quality").text)
    assert "1 of 3 results of clinicians for 2027 to Sep 2027 lacks data: 15 more patients captured" in text
    assert "75% of data that MIPS asks for" in text
    assert "incomplete measures hold back up to $700" in text  # 660
    assert "Captured: 30% at Jun 2027, 74% at Sep 2027" in text  # 126 of 170
    assert "Blood pressure control (236) MIPS CQM 2 140 69% 1 15 0" in text  # 44 of 140 are not captured
    assert "nothing of the clinician" in text
    assert "Bo N2 T1 S1 236 MIPS CQM 2027-09 40 90 4 0 0" in text


def test_small_counts_are_not_told_to_roles_without_patients(over: Workbench) -> None:
    boss = person(over, Role.executive)
    text = words(boss.get("/quality").text).replace("&lt;", "<")
    assert "Ada N1 T1 S1 236 MIPS CQM 2027-09 100 60 40 15" in text
    assert "Bo N2 T1 S1 236 MIPS CQM 2027-09 – 90 – – –" in text
    results = words(boss.get("/quality?view=results&measure=236").text)
    assert "Bo N2 T1 236 MIPS CQM – 83.0 83.0 higher – – –" in results
    # nor in a file, whoever asks: a table with all counts has no download
    table = 'data-name="completeness"'
    assert table in boss.get("/quality").text and table not in person(over, Role.biller).get("/quality").text
    rows = {row["npi"]: row for row in rows_of(person(over), "/quality?view=results&format=csv")}
    assert rows["N1"]["cases"] == "100" and rows["N2"]["cases"] == "" and rows["N2"]["rate"] == "83.0"


def test_gaps_are_counted_and_their_patients_are_for_roles_with_patients(over: Workbench) -> None:
    who, boss = person(over), person(over, Role.executive)
    text = words(gaps_seen(who))
    assert (
        "75 care gaps of clinicians are open for 2027 to Sep 2027, and all of them can be closed" in text
    )  # 55, 10, and 10 of counts alone
    assert "1 row rests on counts alone" in text and "No MIPS benchmarks are installed" in text
    assert "Ada N1 T1 236 MIPS CQM 55 55" in text
    people = words(who.get(PEOPLE).text)
    assert "55 care gaps of Blood pressure control (236) of NPI N1" in people and "1 to 50 of 55" in people
    assert "Download" not in people and who.get(PEOPLE + "&format=csv").headers["content-type"].startswith(
        "text/html"
    )
    hidden = gaps_seen(boss)
    assert "view=patients" not in hidden
    assert "Bo N2 T1 236 MIPS CQM <11 <11" in words(hidden).replace("&lt;", "<")
    assert boss.get(PEOPLE).status_code == 403


def test_a_score_opens_to_its_derivation(over: Workbench) -> None:
    """One incomplete measure of a large practice earns nothing, and nothing else was sent: 9% of 100,000."""
    who = person(over)
    text = words(who.get("/explain/mips/N1?tin=T1&quantity=dollars").text)
    assert "Ada scores 0.00 (the last run: 50.00; run again" in text
    assert "loses 9.00% of Part B payments in 2029, $9k" in text
    assert who.get("/explain/mips/N1?quantity=nonsense").status_code == 400
    told = who.get("/api/v1/explain/mips/N1?tin=T1&quantity=dollars").json()
    assert told["program"] == "mips" and told["payment_year"] == 2029
    assert told["rows"][0]["value"] == -9000 and told["rows"][0]["tree"]["name"] == "dollars"


def test_nothing_loaded_says_what_to_load(tmp_path: Path) -> None:
    home = tmp_path / "data"
    bare = {
        name: f"select * from ({sql}) where false" for name, sql in TABLES.items() if name.startswith("mips.")
    }
    write(home, {**bare, "asm.roster": TABLES["asm.roster"]})
    bench = Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))
    who = person(bench)
    text = words(who.get("/programs/mips").text)
    assert "Nobody you may see has a MIPS score" in text and "corridor load attestation FILE" in text
    assert "corridor load quality-results FILE" in words(who.get("/quality").text)
    assert "corridor load quality-results FILE" in words(who.get("/quality?view=gaps").text)
    for view in ("trend", "dollars", "levers", "who", "assumptions"):
        assert "Nobody you may see has a MIPS score" in words(who.get(f"/programs/mips?view={view}").text)


def test_wrong_words_are_refused(over: Workbench) -> None:
    who = person(over)
    assert who.get("/quality?view=nothing").status_code == 404
    assert who.get("/quality?measure='; drop table x").status_code in (400, 422)
    assert who.get("/quality?level=nobody&year=2001&measure=none").status_code == 200
