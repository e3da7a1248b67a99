"""The scenario studio: what a scenario comes to by hand, who sees what, saving, comparing, files, the API."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from corridor.settings import Settings
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, signed_in
from tests.web.scenario_tables import CLINICIANS, write_scenario_run

ONE = CLINICIANS[0][1]


@pytest.fixture(scope="module")
def scenario_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("scenarios") / "data"
    write_scenario_run(home)
    return home


@pytest.fixture
def studio_bench(scenario_home: Path, tmp_path: Path) -> Workbench:
    return Workbench(
        scenario_home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"})
    )


@pytest.fixture
def ana(studio_bench: Workbench) -> Person:
    return signed_in(studio_bench, [Role.analyst], Scope(every_row=True))


def by_hand(
    scores: Sequence[float], paid: Sequence[float], risk: float = 0.09, midpoint: float | None = None
) -> list[float]:
    """Dollars of a cohort: the settlement of docs/asm.md in a few lines of plain Python."""
    middle = sorted(scores)[1] if midpoint is None else midpoint
    shares = [1 / (1 + math.exp(-0.1 * (score - middle))) for score in scores]
    scaling = 0.85 * sum(paid) / sum(b * t for b, t in zip(paid, shares, strict=True))
    return [b * (risk * t * scaling - risk) for b, t in zip(paid, shares, strict=True)]


SCORES, PAID = [one[2] for one in CLINICIANS], [one[3] for one in CLINICIANS]


def asked(person: Person, address: str) -> dict[str, Any]:
    answer = person.get(f"/api/v1/scenarios/evaluate?{address}")
    assert answer.status_code == 200, answer.text[:400]
    told: dict[str, Any] = answer.json()
    return told


def figure(told: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in told["rows"] if row["name"].startswith(name))


def test_without_a_change_it_is_the_run(ana: Person) -> None:
    told = asked(ana, "program=asm")
    dollars = figure(told, "Adjustment")
    assert dollars["now"] == dollars["value"] == pytest.approx(sum(by_hand(SCORES, PAID)))
    assert dollars["change"] == 0
    assert not any(one["changed"] for one in told["inputs"])
    listed = {row["npi"]: row["dollars"] for row in told["tables"]["clinicians"]}
    for (_, npi, _, _), hand in zip(CLINICIANS, by_hand(SCORES, PAID), strict=True):
        assert listed[npi] == pytest.approx(hand)


@pytest.mark.parametrize(
    ("address", "paid", "risk", "midpoint"),
    [
        ("part_b=10", [451_000, 308_000, 385_000], 0.09, None),
        ("risk_level=12", PAID, 0.12, None),
        ("midpoint=fixed", PAID, 0.09, 50.0),
        # one clinician's payments move everybody's pool
        (f"who={ONE}&part_b=-20", [328_000, 280_000, 350_000], 0.09, None),
    ],
)
def test_a_change_is_settled_as_by_hand(
    ana: Person, address: str, paid: list[float], risk: float, midpoint: float | None
) -> None:
    told = asked(ana, "program=asm&" + address)
    hand = by_hand(SCORES, paid, risk, midpoint)
    chosen = hand[:1] if "who" in address else hand
    assert figure(told, "Adjustment")["value"] == pytest.approx(sum(chosen))
    first = next(row for row in told["tables"]["clinicians"] if row["npi"] == ONE)
    assert first["dollars"] == pytest.approx(hand[0])
    years = {row["year"]: row for row in told["tables"]["years"]}
    assert years[2033]["now"] == pytest.approx(sum(by_hand(SCORES, PAID)[: len(chosen)]) * 12 / 9)


def test_one_by_one_on_top_of_the_rest(ana: Person) -> None:
    """A tenth more for everybody, and three tenths on top for the second of them: 280,000 x 1.1 x 1.3."""
    told = asked(ana, f"program=asm&part_b=10&part_b_of_{CLINICIANS[1][1]}_{CLINICIANS[1][0]}=30")
    hand = by_hand(SCORES, [451_000, 400_400, 385_000])
    assert figure(told, "Adjustment")["value"] == pytest.approx(sum(hand))
    page = ana.get("/scenarios/new?program=asm").text
    assert page.count('type="number"') == 6 and "One by one" in page
    assert 'type="number"' not in ana.get(f"/scenarios/new?program=asm&who={ONE}").text


def test_given_scores_in_a_whole_cohort_leave_nothing_to_chance(ana: Person) -> None:
    draws = asked(ana, "program=asm")["draws"]["now"]["quantiles"]
    assert draws["0.1"] == pytest.approx(draws["0.9"])


def test_the_schedule_is_two_factors_on_a_billing(ana: Person) -> None:
    told = asked(ana, "program=schedule&base_year=2026&qualifying=0")
    inputs = {one["name"]: one for one in told["inputs"]}
    assert inputs["billing"]["value"] == 300_000 and inputs["qualifying"]["default"] == pytest.approx(33.33)
    years = {row["year"]: row for row in told["tables"]["years"]}
    assert years[2026]["then"] == pytest.approx(300_000)
    # a tenth more billing is a tenth more in every year, whatever the factors do
    more = asked(ana, "program=schedule&base_year=2026&qualifying=0&billing=330000")
    for row in more["tables"]["years"]:
        assert row["then"] == pytest.approx(1.1 * years[row["year"]]["then"])
    # all at the higher factor: the ratio of the factors, and the incentive of the year before
    all_of_it = {row["year"]: row for row in asked(ana, "program=schedule&qualifying=100")["tables"]["years"]}
    row, before = all_of_it[2028], all_of_it[2027]
    by_factor = 300_000 * row["higher"] / years[2026]["lower"]
    incentive = 0.031 * 300_000 * before["higher"] / years[2026]["lower"]
    assert row["then"] == pytest.approx(by_factor + incentive)
    # volume compounds from the base year
    grown = {
        row["year"]: row for row in asked(ana, "program=schedule&qualifying=0&volume=2")["tables"]["years"]
    }
    assert grown[2030]["then"] == pytest.approx(years[2030]["then"] * 1.02**4)
    less = {
        row["year"]: row
        for row in asked(ana, "program=schedule&qualifying=0&neutrality=-1")["tables"]["years"]
    }
    assert less[2026]["then"] == pytest.approx(300_000)
    assert less[2030]["then"] == pytest.approx(years[2030]["then"] * 0.99**4)


@pytest.mark.parametrize("change", ["", "&volume=2", "&neutrality=-1", "&billing=200000&volume=3"])
def test_what_qualifying_brings_is_all_of_it_less_none_of_it(ana: Person, change: str) -> None:
    every, none, part = (
        asked(ana, f"program=schedule&base_year=2026&qualifying={share}{change}") for share in (100, 0, 40)
    )
    difference = figure(every, "Allowed, 2026")["value"] - figure(none, "Allowed, 2026")["value"]
    for told in (every, none, part):
        assert figure(told, "If all of it qualified")["value"] == pytest.approx(difference)


def test_a_panel_by_hand(ana: Person) -> None:
    """Two clinicians with 240 months each at $60: 40 patients a month, in one practice."""
    told = asked(ana, "program=panel")
    values = {one["name"]: one["value"] for one in told["inputs"]}
    assert values["people"] == 40 and values["month_amount"] == 60 and values["collected"] == 75
    kept = 0.8 * 0.98 + 0.2 * 0.75
    cost = 25 / 60 * 36 + 2 / 60 * 140 + 3  # the assumed minutes, hourly and other cost of CCM
    margin = 480 * (60 * kept - cost) - 12 * 1000
    assert figure(told, "Left over")["value"] == pytest.approx(margin)
    assert figure(told, "Patients that carry")["value"] == math.ceil(1000 / (60 * kept - cost))
    more = asked(ana, "program=panel&people=80&staff_minutes=10")
    cost = 10 / 60 * 36 + 2 / 60 * 140 + 3
    assert figure(more, "Left over")["value"] == pytest.approx(960 * (60 * kept - cost) - 12_000)
    low, high = figure(more, "Left over")["low"], figure(more, "Left over")["high"]
    spread = 1.2816 * math.sqrt(960) * (60 * kept - cost)  # a Poisson count of months; equal payments
    assert (high - low) / 2 == pytest.approx(spread, rel=0.06)
    page = ana.get("/scenarios/explain?program=panel&quantity=margin&people=80")
    assert page.status_code == 200 and "month_margin" not in page.text and "kept share" in page.text


def test_the_page_speaks_first_and_swaps_its_parts(ana: Person) -> None:
    text = ana.get("/scenarios/new?program=asm").text
    assert "As it stands, your 3 clinicians" in text and text.count("<h1") == 1
    part = ana.get("/scenarios/new?program=asm&part_b=10&cost=0", headers={"hx-request": "true"})
    assert "<html" not in part.text and "hx-swap-oob" in part.text
    assert part.headers["hx-push-url"] == "/scenarios/new?program=asm&part_b=10"
    assert "With these changes" in part.text and "Part B payments</span> +10%" in part.text


REFUSED = (
    ("/scenarios/new?program=nothing", 400, "SCENARIO-PROGRAM"),
    ("/scenarios/new?program=asm&cost=99", 400, "SCENARIO-VALUE"),
    ("/scenarios/new?program=asm&cost=nan", 400, "SCENARIO-VALUE"),
    ("/scenarios/new?program=asm&midpoint=else", 400, "SCENARIO-VALUE"),
    ("/scenarios/new?program=asm&who=1", 404, "SCENARIO-NOBODY"),
    ("/scenarios/new?program=panel&who=1", 404, "SCENARIO-NOBODY"),
    ("/scenarios/new?program=schedule&who=1", 404, "SCENARIO-NOBODY"),
    ("/scenarios/7", 404, "SCENARIO-UNKNOWN"),
    ("/scenarios/99999999999999999999", 404, "SCENARIO-UNKNOWN"),
    ("/scenarios/x", 400, "WEB-REQUEST"),
    ("/scenarios/compare", 400, "SCENARIO-COMPARE"),
    ("/scenarios/compare?ids=1,2,3,4,5", 400, "SCENARIO-COMPARE"),
    ("/scenarios/compare?ids=x", 400, "SCENARIO-COMPARE"),
    ("/scenarios/file?program=asm&format=doc", 400, "SCENARIO-FILE"),
    ("/scenarios/explain?program=asm&npi=1", 404, "WEB-NO-CLINICIAN"),
    (f"/scenarios/explain?program=asm&npi={ONE}&quantity=nothing", 400, "WEB-QUANTITY"),
    ("/scenarios/explain?program=panel&quantity=nothing", 400, "WEB-QUANTITY"),
    ("/scenarios/explain?program=schedule", 404, "WEB-NOT-FOUND"),
)


def test_what_cannot_be_is_said(ana: Person) -> None:
    for address, status, code in REFUSED:
        answer = ana.get(address)
        assert answer.status_code == status and code in answer.text, (address, answer.text[:300])


def saved(person: Person, name: str, **values: str) -> str:
    answer = person.post("/scenarios", data={"csrf": person.csrf, "program": "asm", "name": name, **values})
    assert answer.status_code == 303, answer.text[:300]
    return answer.headers["location"].rpartition("/")[2]


def test_saving_sharing_and_deleting(studio_bench: Workbench, ana: Person) -> None:
    number = saved(ana, "More of it", part_b="10", cost="0")
    assert "More of it" in ana.get(f"/scenarios/{number}").text
    assert asked_for(ana, number)["values"] == {"part_b": "10"}
    assert saved(ana, "  More   of it ", part_b="20") == number  # one name, one scenario
    ben = signed_in(studio_bench, [Role.executive], Scope(tin=("000000002",)))
    assert ben.get(f"/scenarios/{number}").status_code == 404
    assert "More of it" not in ben.get("/scenarios").text
    for path in ("share", "delete"):
        answer = ben.post(f"/scenarios/{number}/{path}", data={"csrf": ben.csrf})
        assert answer.status_code == 404
    shared = ana.post(f"/scenarios/{number}/share", data={"csrf": ana.csrf, "shared": "yes"})
    assert shared.status_code == 303
    text = ben.get(f"/scenarios/{number}").text
    assert "Dr. 31" in text and "Dr. 15" not in text and ONE not in text
    refused = ben.post(f"/scenarios/{number}/delete", data={"csrf": ben.csrf})
    assert refused.status_code == 403 and "SCENARIO-OWNER" in refused.text
    # the same scenario, in the scope of whoever opens it: the third clinician's dollars with a fifth more
    hand = by_hand(SCORES, [*PAID[:2], 1.2 * PAID[2]])[2]
    told = ben.get(f"/api/v1/scenarios/{number}").json()
    assert figure(told, "Adjustment")["value"] == pytest.approx(hand)
    assert ana.post(f"/scenarios/{number}/delete", data={"csrf": ana.csrf}).status_code == 303
    assert ana.get(f"/scenarios/{number}").status_code == 404
    nameless = ana.post("/scenarios", data={"csrf": ana.csrf, "program": "asm", "name": " "})
    assert nameless.status_code == 400 and "SCENARIO-NAME" in nameless.text


def asked_for(person: Person, number: str) -> dict[str, Any]:
    found: dict[str, Any] = person.get(f"/api/v1/scenarios/{number}").json()
    return found


def test_a_scenario_about_somebody_else_tells_nothing(studio_bench: Workbench, ana: Person) -> None:
    number = saved(ana, "One of them", who=ONE, part_b="10", shared="yes")
    ben = signed_in(studio_bench, [Role.executive], Scope(tin=("000000002",)))
    answer = ben.get(f"/scenarios/{number}")
    assert answer.status_code == 404 and "SCENARIO-NOBODY" in answer.text and "Dr. 15" not in answer.text


def test_side_by_side(ana: Person) -> None:
    first, second = saved(ana, "Ten more", part_b="10"), saved(ana, "=Level of 2033", risk_level="12")
    text = ana.get(f"/scenarios/compare?ids={first},{second}").text
    ten, level = (sum(by_hand(SCORES, [1.1 * b for b in PAID])), sum(by_hand(SCORES, PAID, 0.12)))
    assert f"−${abs(level - ten):,.0f}" in text  # the second against the first
    assert "“Ten more” comes out best" in re.sub("<[^>]+>", "", text)
    table = list(
        csv.DictReader(io.StringIO(ana.get(f"/scenarios/compare/file?ids={first},{second}").text[1:]))
    )
    kinds = {row["part"] for row in table}
    assert kinds == {"input", "result", "assumption", "rule"}
    assert {row["scenario"] for row in table} == {"Ten more", "'=Level of 2033"}  # no formula leaves
    (dollars,) = (r for r in table if r["scenario"] == "Ten more" and r["name"] == "Adjustment in 2029")
    assert float(dollars["value"]) == pytest.approx(ten)
    assert any(row["part"] == "rule" and "overridden" in row["status"] for row in table)
    book = openpyxl.load_workbook(
        io.BytesIO(ana.get(f"/scenarios/compare/file?ids={first},{second}&format=xlsx").content)
    )
    assert book.sheetnames[:4] == ["Results", "Inputs", "Assumptions", "Rules"]
    assert len(book.sheetnames) == 4 + 2 * 3
    panel = ana.post(
        "/scenarios", data={"csrf": ana.csrf, "program": "panel", "name": "A panel", "people": "50"}
    )
    other = panel.headers["location"].rpartition("/")[2]
    mixed = ana.get(f"/scenarios/compare?ids={first},{other}")
    assert mixed.status_code == 400 and "different programs" in mixed.text


def test_a_figure_opens_its_derivation(ana: Person) -> None:
    text = ana.get(f"/scenarios/explain?program=asm&npi={ONE}&part_b=10&risk_level=12").text
    assert "this scenario; in the run 410,000" in text and "/rules/asm.risk_level" in text
    assert "overridden" in text


def test_without_the_tables_a_program_says_so(signed: Any) -> None:
    person = signed(Role.analyst)
    assert "Care management panel" in person.get("/scenarios").text
    answer = person.get("/scenarios/new?program=panel")
    assert answer.status_code == 200 and "corridor run" in answer.text
    told = person.get("/api/v1/scenarios/evaluate?program=panel")
    assert told.status_code == 404 and told.json()["error"]["code"] == "SCENARIO-NOTHING"
    form = {"csrf": person.csrf, "program": "panel", "name": "A panel"}
    assert person.post("/scenarios", data=form).status_code == 404


def test_before_a_run(empty_bench: Workbench) -> None:
    person = signed_in(empty_bench, [Role.analyst], Scope(every_row=True))
    for path in ("/scenarios", "/scenarios/new"):
        assert "Nothing is loaded yet" in person.get(path).text
