"""The pages of the population area over a small run made by hand: sentences, sums, scope, suppression."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.engine.runs import Run
from corridor.reports.views.page import Column, Section, Table, TableRow, text_cell
from corridor.settings import Settings
from corridor.web import audit
from corridor.web.pages import population
from corridor.web.panel import OF_ONE, Panels, in_order, panel_tables
from corridor.web.population import need
from corridor.web.population.amounts import Mean, hidden_too, ratio_mean, simple_mean, span_share
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.viewer import Viewer
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, Sign
from tests.web.test_people_in_scope import RUN, write

PAGES = (
    "/population", "/population?view=category", "/population?view=need", "/population?view=high-cost",
    "/population?view=leakage", "/population?view=post-acute", "/utilization", "/utilization?view=month",
    "/utilization?view=readmission", "/utilization?view=low-value", "/utilization?view=imaging", "/risk",
    "/risk?view=models", "/risk?view=recapture", "/equity", "/virtual-care", "/virtual-care?view=follows",
    "/virtual-care?view=who", "/drugs", "/drugs?view=price", "/drugs?view=skin", "/map", "/map?what=risk",
    "/program-effect",
)  # fmt: skip
CATEGORIES = (
    "inpatient", "skilled_nursing", "inpatient_rehabilitation", "long_term_care_hospital", "home_health",
    "hospice", "outpatient", "emergency", "professional", "imaging", "laboratory", "part_b_drug", "dme",
    "ambulance", "other",
)  # fmt: skip
# Forty people: 1 to 25 of T1 / N1, 26 to 35 of T2 / N2 (too few to show), 36 to 40 of nobody.
PEOPLE = """select range as person_id, case when range <= 35 then 'A1' end as aco_id,
    case when range <= 25 then 'T1' when range <= 35 then 'T2' end as tin,
    case when range <= 25 then 'N1' when range <= 35 then 'N2' end as npi from range(1, 41)"""
MONTHS = f"""select person_id, year * 100 + m as month, year, 'aged_non_dual' as enrollment_type,
    cast(case when year = 2026 then 500 else 600 end as decimal(12, 2)) as expenditure,
    cast(case when year = 2026 then 500 else 600 end as decimal(12, 2)) as inpatient_amount,
    {", ".join(f"cast(0 as decimal(12, 2)) as {name}_amount" for name in CATEGORIES[1:])}
    from (select range as person_id from range(1, 41)), (select range as m from range(1, 13)),
    (select unnest([2026, 2027]) as year)"""
TABLES = {
    "attribution.person": PEOPLE,
    "population.member_month": MONTHS,
    "population.completion": "select 202712 as month, 'aged_non_dual' as enrollment_type, 1.5 as "
    "completion_factor",
    "population.person_annual": """select range as person_id, year, 'aged_non_dual' as enrollment_type,
        12 as member_months,
        cast(case when year = 2026 then 6000 else 7200 end as decimal(12, 2)) as expenditure
        from range(1, 41), (select unnest([2026, 2027]) as year)""",
    "population.completion_year": "select 2026 as year, 'aged_non_dual' as enrollment_type, 1.0 as "
    "completion_factor",
    "population.need_tier": """select range as person_id, case when range <= 12 then 'high_need' else
    'stable' end
        as tier, 12 as months, range = 1 as died from range(1, 41)""",
    "measures.performance_member": """select person_id, aco_id, tin, npi, 12 as member_months,
        cast(case when person_id <= 12 then 3000 else 1000 end as decimal(12, 2)) as expenditure,
        1.0 as relative_risk from (select * from persons)""".replace("(select * from persons)",
        f"({PEOPLE})"),
    "claims.person": """select range as person_id, '36' as state_code,
        case when range <= 30 then '36001' else '36003' end as county_code from range(1, 41)""",
    "population.risk": """select range as person_id, 2026 as payment_year, range / 20 as risk_score,
        1.0 as relative_risk, 'computed' as source, 'aged_non_dual' as enrollment_type from range(1, 41)""",
    "measures.equity": """select 'tin' as level, 'T1' as entity_id, 'emergency_visit' as measure, 'dual
    status' as stratifier, *
        from (values ('dual', 'not dual', false, 12, 900.0, 700.0, 1100.0, 1.1, 400.0, 150.0, 650.0, 1.8, 1.2,
        2.7, 'higher'),
        ('not dual', 'not dual', false, 13, 500.0, 400.0, 600.0, 0.9, null, null, null, null, null,
        null, null),
        ('unknown', 'not dual', true, null, null, null, null, null, null, null, null, null, null, null, null))
        as t(stratum, reference_group, suppressed, people, rate, rate_low, rate_high, ratio_to_expected,
        difference, difference_low, difference_high, ratio, ratio_low, ratio_high, finding)""",
    "measures.virtual_visit": """select range % 40 as person_id, case when range % 2 = 0 then 'T1' else 'T2'
    end as tin,
        case when range % 2 = 0 then 'N1' else 'N2' end as npi, 202501 + range % 12 as month,
        case when range % 10 = 0 then 'home' else 'in_person' end as mode, range % 10 = 0 as is_virtual,
        cast(100 as decimal(12, 2)) as allowed_amount from range(1, 241)""",
    "population.pbpy": """select 2027 as year, 'all' as enrollment_type, 40 as people, 7000.0 as pbpy,
        7200.0 as untruncated_pbpy, 0.2 as trend, 1.0 as completion_factor""",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("population") / "data"
    write(made, TABLES)
    return made


@pytest.fixture
def people_bench(home: Path, tmp_path: Path) -> Workbench:
    return Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


@pytest.fixture
def analyst(people_bench: Workbench, signed: Sign) -> Person:
    return signed(Role.analyst, over=people_bench)


def heading(person: Person, path: str) -> str:
    answer = person.get(path)
    assert answer.status_code == 200, answer.text[:400]
    return (
        answer.text.partition("<h1>")[2]
        .partition("</h1>")[0]
        .replace('<span class="k">', "")
        .replace("</span>", "")
    )


def test_spend_a_month_and_its_change(analyst: Person) -> None:
    """600 a month in 2027 against 500: everybody costs the same, so the change is beyond chance."""
    assert (
        heading(analyst, "/population")
        == "Care cost $600 a person a month in 2027, $100 (20.0%) more than in 2026"
    )
    text = analyst.get("/population").text
    assert "$288k for 40 people" in text.replace('<span class="k">', "").replace("</span>", "")  # 40 x 7,200
    assert "Dec 2027 not complete" in text and "66.7%" in text  # 1 / 1.5 of it is paid
    assert "Inpatient hospital" in heading(analyst, "/population?view=category")


def test_need_tiers_and_their_share(analyst: Person) -> None:
    """12 people x 3,000 of 12 x 3,000 + 28 x 1,000 = 64,000: 56 percent."""
    assert heading(analyst, "/population?view=need") == (
        "12 people, 30.0% of all, were in high need and took 56% of the $64k spent in 2025"
    )


def test_a_filter_narrows_and_few_are_not_shown(analyst: Person) -> None:
    assert "of TIN T1" in heading(analyst, "/population?tin=T1")
    assert "25 people" in analyst.get("/population?tin=T1").text
    assert "Fewer than 11 people of TIN T2" in heading(analyst, "/population?tin=T2")
    assert "$500" not in analyst.get("/population?tin=T2").text
    assert "Nothing is known" in heading(analyst, "/population?tin=T9")
    assert analyst.get("/population?tin=T1%27--").status_code == 400


def test_equity_says_how_far_apart_and_withholds_few(analyst: Person) -> None:
    page = analyst.get("/equity").text
    assert "People who are dual of TIN T1 have 400 more emergency department visits" in page
    assert "withheld" in page and "What can and cannot be said" in page


def test_risk_is_spread_by_tenths(analyst: Person) -> None:
    """Scores 0.05 to 2.00 in steps of 0.05: mean 1.025."""
    assert heading(analyst, "/risk").startswith("The mean risk score is 1.02")


def test_areas_are_dots_with_the_reason(analyst: Person) -> None:
    page = analyst.get("/map").text
    assert "no installed reference file holds the outlines" in page
    assert "county 36001" in page and "1 county with fewer" in page  # 10 people live in 36003


def test_every_page_answers_every_scope_and_role(people_bench: Workbench, signed: Sign) -> None:
    for role, scope in (
        (Role.executive, Scope(every_row=True)),
        (Role.analyst, Scope(tin=("T1",))),
        (Role.clinician, Scope()),
    ):
        person = signed(role, scope=scope, over=people_bench)
        for path in PAGES:
            answer = person.get(path)
            assert answer.status_code == 200, (path, answer.text[:400])
            assert answer.text.count("<h1") == 1
            told = answer.text.replace(person.csrf, "")  # which is drawn, and may spell anything
            assert scope.every_row or "T2" not in told, path
    assert person.get("/population?view=none").status_code == 404


def test_a_limited_account_sees_its_own_sums_only(people_bench: Workbench, signed: Sign) -> None:
    narrow = signed(Role.analyst, scope=Scope(tin=("T1",)), over=people_bench)
    assert "25 people" in narrow.get("/population").text
    assert "What you do not see here" in narrow.get("/population").text
    assert "population.pbpy" in narrow.get("/population").text  # of everybody: closed, and said so
    assert "Per beneficiary per year" not in narrow.get("/population").text
    rows = narrow.get("/api/v1/tables/panel.tier").json()["rows"]
    assert {row["tin"] for row in rows} == {"T1"}
    nobody = signed(Role.executive, scope=Scope(), over=people_bench)
    assert nobody.get("/api/v1/tables/panel.tier").json()["rows"] == []


def test_sums_leave_with_small_cells_blanked(analyst: Person) -> None:
    rows = analyst.get("/api/v1/tables/panel.tier").json()["rows"]
    small = [row for row in rows if row["tin"] == "T2"]
    assert small and all(row["people"] is None and row["suppressed"] for row in small)


def test_panels_hold_no_person_and_are_made_once(home: Path) -> None:
    run = Run(home, RUN)
    panels = Panels(run)
    whole = Viewer(run, Scope(every_row=True), patients=False, panels=panels)
    for table in panel_tables():
        if whole.has(table):
            columns = {row["column_name"] for row in whole.query(f"describe {table}")}
            assert not columns & {"person_id", "claim_id", "episode_id"}, table
    tier = panels.file("panel.tier")
    assert tier is not None and tier is panels.file("panel.tier")
    assert panels.file("panel.unknown") is None
    assert not whole.has("panel.hcc")  # the run lacks what it reads


def test_roles_without_results_are_refused(people_bench: Workbench, signed: Sign) -> None:
    person = signed(Role.administrator, over=people_bench)
    for path in PAGES:
        assert person.get(path).status_code == 403


def test_means_and_intervals() -> None:
    """Values 1, 3: mean 2, variance 2, standard error 1. A ratio of equal people has no width."""
    mean = simple_mean(2, 4, 10)
    assert mean is not None and (mean.value, round(mean.high, 2)) == (2, 3.96)
    ratio = ratio_mean(2, 20, 200, 4, 40, 8)  # both 10 dollars in 2 months
    assert ratio is not None and (ratio.value, ratio.low, ratio.high) == (5, 5, 5)
    assert Mean(5, 4, 6).apart(Mean(8, 7, 9)) and not Mean(5, 4, 6).apart(Mean(5.5, 4.5, 6.5))
    low, high = span_share(0, 20)
    assert low == 0 and round(high, 3) == 0.161  # Wilson, by hand: 3.8416 / 23.8416


def test_a_hidden_group_takes_the_next_smallest_with_it() -> None:
    assert hidden_too([40, 5, 12], patients=False) == {1, 2}
    assert hidden_too([40, 5, 12], patients=True) == {1}
    assert hidden_too([40, 5, 6, 12], patients=False) == {1, 2}  # eleven together
    assert hidden_too([40, 0], patients=False) == set()


def test_one_panel_that_fails_stops_no_other(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    panels, asked = Panels(Run(home, RUN)), []

    def file(table: str) -> Path | None:
        asked.append(table)
        raise ValueError("OAK ALPHA")

    monkeypatch.setattr(panels, "file", file)
    panels.make_all()
    assert asked == in_order() and set(asked) == {*OF_ONE, *panel_tables()}
    assert "ValueError while panel." in caplog.text and "OAK" not in caplog.text


def test_that_single_people_were_seen_is_in_the_log(
    people_bench: Workbench, signed: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Table(
        need.PEOPLE, "One by one", [Column("Place")], [TableRow([text_cell(1)]), TableRow([text_cell(2)])]
    )
    section = Section("high-cost", "What drives them", tables=[listed])
    monkeypatch.setitem(population.OTHERS, "high-cost", lambda viewer, asked: ("Two people", "", section))
    person = signed(Role.biller, over=people_bench)
    for _ in range(2):  # drawn once, noted every time
        assert person.get("/population?view=high-cost").status_code == 200
    told = [row["subject"] for row in audit.newest(people_bench.state, 20) if row["action"] == "patient_rows"]
    assert told == ["high-cost-people, 2 rows"] * 2
