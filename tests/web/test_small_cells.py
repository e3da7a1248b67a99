"""What rests on fewer than eleven people is blanked wherever it leaves, and no question tells it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from corridor.engine.catalogue import load_catalogue
from corridor.jobs.tables import MONTHS_OF_PEOPLE, PEOPLE_COLUMNS, SINGLE, SOME_PEOPLE_COLUMNS
from corridor.scenarios.inputs import Bounds, Input
from corridor.scenarios.outcome import Grid, Outcome
from corridor.settings import Settings
from corridor.web.api.scenarios import told
from corridor.web.panel import panel_tables
from corridor.web.roles import Role
from corridor.web.state import State
from corridor.web.studio.drawn import field
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, Person, signed_in
from tests.web.test_people_in_scope import write

# Counts of people by their name that blank nothing, and why.
BLANKS_NOTHING = {
    "break_even_people": "a threshold of prices and costs, of nobody",
    "least_people": "the number a rule asks for",
    "enough_people": "a flag: whether there are as many as a rule asks for",
    "eligible_cases": "cases of a submission: a clinician's own results of ASM are read at 20 and fewer",
    "has_patients": "a flag: whether the counts rest on patients that were listed",
    "newly_enrolled": "a flag of the clinician",
    "enrolled_days": "days that a rule asks for",
    "enrolled_from": "a day",
    "attributed_episodes": "episodes of a clinician's own ASM result, compared with a threshold of 20",
    "loaded_people": "beside one episode: the mean of few is blank where it is read, the episode is not",
    "compared_people": "inside a step of actions: it leaves it under the name people",
}
COUNTS = re.compile(
    r"\bas (\w*(?:people|patients|beneficiaries|members|persons|candidates|enrolled|deaths|eligible_cases"
    r"|attributed_episodes|member_months|person_months)\w*|came|went|high_before)\b"
)
TABLES = {
    # two clinicians: of forty people and of three
    "measures.performance": """select *, 'npi' as level, 'cost' as measure from (values ('N1', 40, 1.5),
        ('N2', 3, 7.25)) as t(entity_id, people, observed_rate)""",
    "billing.prior_auth_exposure": """select *, 'T1' as tin, 'TX' as state, '64483' as hcpcs_code, 'x' as
        family, 2026 as service_year, 'PA_RECOMMENDED' as result, true as is_active, null as reviewed_by
        from (values ('N1', 50, 50, 12, 480.0), ('N2', 30, 30, 3, 731.0))
        as t(npi, lines, services, people, dollars)""",
    "billing.prior_auth_line": """select 'T1' as tin, 'N1' as npi, 'TX' as state, '64483' as hcpcs_code,
        'PA_RECOMMENDED' as result, true as is_active, 'PA_RECOMMENDED' as result_when_active, 1 as person_id,
        800.0 as allowed_amount""",
    # the same six people at two clinicians; twelve others with another code
    "billing.price": """select *, date '2026-03-01' as service_date, 'T1' as tin, 'priced' as status,
        '' as reason, 'home' as locality_basis, '2026A' as rvu_edition, 1 as units, 90.0 as allowed_amount,
        92.0 as expected_allowed_amount, -2.0 as difference from (
        select range as person_id, 'N1' as npi, '99213' as hcpcs_code from range(6)
        union all select range, 'N2', '99213' from range(6)
        union all select range, 'N1', '99214' from range(12))""",
    "claims.period": "select 'A1' as source_id, date '2027-12-31' as last_day",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cells") / "data"
    write(made, TABLES)
    return made


@pytest.fixture
def boss(home: Path, tmp_path: Path) -> Person:
    over = Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))
    return signed_in(over, [Role.executive], EVERY)


def test_evidence_blanks_the_rows_of_few(boss: Person) -> None:
    rows = boss.get("/api/v1/evidence/measures.performance?level=npi").json()["rows"]
    assert [(row["entity_id"], row["people"], row["observed_rate"]) for row in rows] == [
        ("N1", 40, 1.5), ("N2", None, None),
    ]  # fmt: skip
    text = boss.get("/evidence/measures.performance?level=npi").text
    assert "1.5" in text and "7.25" not in text and "suppressed" in text


@pytest.mark.parametrize(
    "path", ["/evidence/measures.performance?", "/api/v1/evidence/measures.performance?"]
)
def test_evidence_cannot_be_searched_by_what_is_blanked(boss: Person, path: str) -> None:
    for question in ("people=3", "observed_rate=7.25"):
        answer = boss.get(path + question)
        assert answer.status_code == 400 and "TABLE-COLUMN" in answer.text, question


def test_a_table_cannot_be_searched_by_what_is_blanked(boss: Person) -> None:
    path = "/api/v1/tables/measures.performance?where="
    for question in ("people=3", "observed_rate=7.25"):
        answer = boss.get(path + question)
        assert answer.status_code == 400 and answer.json()["error"]["code"] == "TABLE-COLUMN", question
    assert boss.get(path + "entity_id=N2").json()["total"] == 1


def test_a_list_as_a_file_blanks_the_whole_row(boss: Person) -> None:
    few, many = _file(boss, "/programs/wiser?view=who&format=csv&sort=people&down=false")
    assert (few["npi"], few["people"], few["dollars"], few["suppressed"]) == ("N2", "", "", "True")
    assert (many["people"], many["dollars"], many["suppressed"]) == ("12", "480.0", "False")


def test_prices_count_a_person_once(boss: Person) -> None:
    found = {row["hcpcs_code"]: row for row in _file(boss, "/billing/prices?format=csv")}
    assert found["99213"]["allowed_amount"] == "" and found["99213"]["suppressed"] == "True"
    assert float(found["99214"]["allowed_amount"]) == 12 * 90


def test_a_scenario_tells_no_small_count() -> None:
    one = Input("people", "Patients", "people", "slider", "What", 7.0, "table", Bounds(0, 9, 1, "said"))
    assert field(one, 7.0) | {"value": "", "unsaid": "<11", "typed": True, "high": ""} == field(one, 7.0)
    grid = Grid("panel", "Panel", {"npi": ("NPI", "text"), "people": ("People", "people")},
                [{"npi": "N1", "people": 4}, {"npi": "N2", "people": 12}])  # fmt: skip
    nothing = np.zeros(0)
    found: Any = SimpleNamespace(
        inputs=[one], values={"people": 7.0}, changed={}, studio=SimpleNamespace(program="panel"),
        outcome=Outcome("Said.", "", [], nothing, nothing, "", [grid]),
    )  # fmt: skip
    answer = told(found)
    (given,) = answer["inputs"]
    assert (given["value"], given["default"], given["most"]) == ("<11", "<11", "<11")
    assert [row["people"] for row in answer["tables"]["panel"]] == ["<11", 12]


def test_every_count_of_people_is_known() -> None:
    """A new table that counts people names the count as the lists do, or says here why it blanks nothing."""
    known = {*PEOPLE_COLUMNS, *SOME_PEOPLE_COLUMNS, *MONTHS_OF_PEOPLE, *BLANKS_NOTHING}
    unknown = {
        table: sorted(odd)
        for table, step in {**load_catalogue().steps, **panel_tables()}.items()
        if not any(column in SINGLE or column.endswith("person_id") for column in getattr(step, "key", ()))
        and (odd := set(COUNTS.findall(getattr(step, "sql", "") or "")) - known)
    }
    assert unknown == {}


def _file(person: Person, path: str) -> list[dict[str, str]]:
    answer = person.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
