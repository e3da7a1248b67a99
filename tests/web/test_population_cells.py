"""Counts of few people cannot be read from a chart, from a share, or worked out from a total; by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.engine.runs import Run
from corridor.reports.views.page import Section
from corridor.web.answers import Whom
from corridor.web.pages.area_map import _areas, _section
from corridor.web.pages.risk import _joined, _scores
from corridor.web.panel import Panels
from corridor.web.population.amounts import few, hidden_by_kind
from corridor.web.population.network import post_acute_answer
from corridor.web.population.services import imaging_answer, readmission_answer
from corridor.web.scope import Scope
from corridor.web.viewer import Viewer
from tests.web.test_people_in_scope import RUN, write
from tests.web.test_population import TABLES as POPULATION

TABLES = {
    **{
        table: POPULATION[table]
        for table in ("measures.performance_member", "claims.person", "attribution.person")
    },
    # 20 at 1.0, 15 at 1.1, 5 at 4.5
    "population.risk": """select range as person_id, 2026 as payment_year, 'computed' as source,
        case when range <= 20 then 'aged_non_dual' when range <= 35 then 'disabled' else 'esrd' end as
        enrollment_type, case when range <= 20 then 1.0 when range <= 35 then 1.1 else 4.5 end as risk_score,
        1.0 as relative_risk from range(1, 41)""",
    # 100 stays and 20 back in H1, 60 and 12 in H2, 50 and 5 in H3
    "measures.readmission": """select range as person_id, 'H1' as facility_ccn, 'medicine' as
        specialty_cohort,
        true as index_stay, range <= 20 as readmitted from range(1, 101)
        union all select range, 'H2', 'medicine', true, range <= 12 from range(1, 61)
        union all select range, 'H3', 'medicine', true, range <= 5 from range(1, 51)""",
    "measures.imaging_service": """select range as person_id, 'ct' as modality, 202505 as month, 100.0 as
        expenditure_amount from range(1, 41) union all select range, 'mri', 202505, 400.0 from range(1, 21)
        union all select range, 'pet', 202505, 900.0 from range(1, 6)""",
    # 2025: two nursing facilities of 30 and 5 people, home health of 20 and 40; 2027 must not count
    "measures.utilization_post_acute": """select range as person_id, 'skilled_nursing' as service_category,
        'F1' as facility_ccn, date '2025-03-01' as start_date, 10 as days, 3000.0 as expenditure_amount
        from range(1, 31) union all
        select range, 'skilled_nursing', 'F2', date '2025-03-01', 10, 2000.0 from range(1, 6) union all
        select range, 'home_health', 'F3', date '2025-03-01', 10, 500.0 from range(1, 21) union all
        select range, 'home_health', 'F4', date '2025-03-01', 10, 500.0 from range(1, 41) union all
        select range, 'skilled_nursing', 'F9', date '2027-03-01', 10, 9000.0 from range(1, 31)""",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cells") / "data"
    write(made, TABLES)
    return made


@pytest.fixture(scope="module")
def viewer(home: Path) -> Viewer:
    """Of a role that sees every row and works with no patients."""
    run = Run(home, RUN)
    return Viewer(run, Scope(every_row=True), patients=False, panels=Panels(run))


def cells(section: Section, table: int = 0, name: int = 0) -> dict[str, list[str]]:
    """The words of a table by those of its column of names."""
    return {
        row.cells[name].words: [cell.words for cell in row.cells[name + 1 :]]
        for row in section.tables[table].rows
    }


def test_kinds_have_totals_of_their_own() -> None:
    """5 of nursing would follow from its total and 30: both go, and are enough together."""
    kinds = ["nursing", "nursing", "home"]
    assert hidden_by_kind(kinds, [30, 5, 20], patients=False) == {0, 1}
    assert hidden_by_kind(kinds, [30, 5, 20], patients=True) == {1}
    assert hidden_by_kind(["a", "b", "b"], [5, 30, 20], patients=False) == {0, 2}


def test_no_column_of_scores_stands_for_few(viewer: Viewer) -> None:
    """The 5 of the highest scores go with the 15 before; the 5 of a type take the next smallest with them."""
    sentence, _, (section,), _ = _scores(viewer, Whom())
    assert sentence.endswith("and fewer than 11 people at twice the mean or more")
    assert section.pictures[0].wide.description == "1.0 20; 1.1+ 20."
    assert cells(section, 1) == {"1.0": ["20"], "1.1+": ["20"]}
    assert [row[0] for row in cells(section).values()] == ["20", "not shown", "<11"]
    # 3 + 20 and 12 stand; the last 6 + 2 go with the 12 before them
    assert _joined({0.1: 3, 0.2: 20, 0.3: 12, 0.4: 6, 0.5: 2}) == [(0.1, 0.2, 23), (0.3, 0.5, 20)]
    assert _joined({0.1: 3}) == [(0.1, 0.1, 3)]


def test_few_readmissions_follow_from_no_share_and_no_dot(viewer: Viewer) -> None:
    """37 of 210; the 5 of H3 are hidden, and the 12 of H2, from which they would follow."""
    sentence, _, (section,) = readmission_answer(viewer, Whom())
    assert sentence.startswith("17.6% of 210 index stays")
    assert cells(section) == {
        "H1": ["100", "100", "20", "20.0%"],
        "H2": ["60", "60", "not shown", "not shown"],
        "H3": ["50", "50", "<11", "not shown"],
    }
    drawn = section.pictures[0].wide.description
    assert "H1" in drawn and "H2" not in drawn and "H3" not in drawn


def test_few_scans_follow_from_no_total(viewer: Viewer) -> None:
    """65 scans: 5 of PET are hidden, and the 20 of MRI, of which the second sentence says no share either."""
    _, second, (section,) = imaging_answer(viewer, Whom())
    assert cells(section) == {
        "MRI": ["not shown"] * 3, "PET": ["not shown"] * 3, "CT": ["40", "$4,000", "$100"],
    }  # fmt: skip
    assert not second


def test_post_acute_care_is_of_the_measured_year(viewer: Viewer) -> None:
    """2025: 90,000 + 10,000 of nursing, 10,000 + 20,000 of home health; nothing of 2027."""
    sentence, _, section = post_acute_answer(viewer, Whom())
    assert sentence == "$130k of post-acute care in 2025, 77% of it for skilled nursing"
    shown = {place: row[0] for place, row in cells(section, name=1).items()}
    assert shown == {"F1": "not shown", "F2": "<11", "F4": "40", "F3": "20"}


def test_a_county_of_few_follows_from_no_sum(viewer: Viewer) -> None:
    """30 people of 36001 cost 54,000 in 360 months; those of 36003 would follow from people and dollars."""
    rows = _areas(viewer, Whom())
    enough = [row for row in rows if not few(row["people"])]
    found = cells(_section(rows, enough, "spend", patients=False))
    state, heads, mean, _, spent, part, _ = found["36001"]
    assert (state, heads, mean, spent, part) == ("36", "not shown", "$150", "not shown", "not shown")
    assert found["36003"][1:] == ["<11", *["not shown"] * 5]
    assert cells(_section(rows, enough, "spend", patients=True))["36001"][4] == "$54,000"
