"""The API: tables through the viewer, tokens that reach no further than said, small cells blanked."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.web import audit
from corridor.web.api.v1 import _cell
from corridor.web.limits import Limit
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, Sign, browser


def token(person: Person, *reach: str) -> dict[str, str]:
    data = {"csrf": person.csrf, "label": "a program", "reach": list(reach)}
    text = person.post("/account/tokens", data=data).text
    made = text.partition('class="secret">')[2].partition("<")[0]
    assert made.startswith("corridor_")
    return {"authorization": f"Bearer {made}"}


def test_a_table_is_what_the_viewer_sees(signed: Sign) -> None:
    whole = signed(Role.analyst).get("/api/v1/tables/asm.result").json()
    part = signed(Role.analyst, scope=Scope(tin=("990000001",))).get("/api/v1/tables/asm.result").json()
    assert whole["total"] == len(whole["rows"]) == 24
    assert part["total"] == 4 and {row["tin"] for row in part["rows"]} == {"990000001"}


def test_patients_need_a_role_for_them(bench: Workbench, signed: Sign) -> None:
    answer = signed(Role.executive).get("/api/v1/tables/population.need_tier")
    assert answer.status_code == 403 and answer.json()["error"]["code"] == "WEB-FORBIDDEN"
    assert signed(Role.clinician).get("/api/v1/tables/population.need_tier").json()["total"] == 2
    told = {(row["action"], row["subject"]) for row in audit.newest(bench.state, 9)}
    assert ("patient_rows", "population.need_tier, 2 rows") in told
    listed = {row["table"] for row in signed(Role.auditor).get("/api/v1/tables").json()["rows"]}
    assert "asm.result" in listed and not listed & {"population.need_tier", "claims.service_line"}


def test_rows_are_filtered_and_chosen(signed: Sign) -> None:
    person = signed(Role.analyst)
    path = "/api/v1/tables/asm.result?where=cohort=heart_failure&columns=npi,cohort&limit=2"
    rows = person.get(path).json()["rows"]
    assert len(rows) == 2 and set(rows[0]) == {"npi", "cohort", "suppressed"}
    for query, code in (
        ("asm.result?where=nothing=1", "TABLE-COLUMN"),
        ('asm.result?columns=npi,"x', "TABLE-COLUMN"),
        ("asm.nothing", "TABLE-UNKNOWN"),
        ("asm.result?limit=999999", "WEB-REQUEST"),
        ("asm.result?format=xml", "WEB-REQUEST"),
    ):
        answer = person.get(f"/api/v1/tables/{query}")
        assert answer.status_code in (400, 404) and answer.json()["error"]["code"] == code


def test_small_cells_are_blanked(signed: Sign) -> None:
    rows = signed(Role.analyst).get("/api/v1/tables/measures.performance?where=level=npi").json()["rows"]
    few = [row for row in rows if row["suppressed"]]
    assert len(few) == 1 and few[0]["people"] is None and few[0]["ratio"] is None


def test_a_download_opens_in_a_spreadsheet_and_does_nothing_there(signed: Sign) -> None:
    answer = signed(Role.analyst).get("/api/v1/tables/asm.roster?format=csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 24
    assert [_cell(value) for value in ("=1+1", "@x", "plain", 5, None)] == ["'=1+1", "'@x", "plain", 5, None]


def test_a_token_reaches_what_was_said(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.analyst, scope=Scope(tin=("990000001",)))
    headers = token(person, "rules", "tables")
    program = browser(bench)
    assert program.get("/api/v1/tables/asm.result", headers=headers).json()["total"] == 4
    assert program.get("/api/v1/rules?program=asm&year=2027", headers=headers).json()["rows"]
    refused = program.get("/api/v1/explain/asm/1999000000", headers=headers)
    assert refused.status_code == 403 and "reach" in refused.json()["error"]["what"]
    assert program.get("/clinicians", headers=headers).status_code == 303  # tokens are for the API alone
    person.post("/account/tokens/1/revoke", data={"csrf": person.csrf})
    assert program.get("/api/v1/tables", headers=headers).status_code == 401


@pytest.mark.parametrize("header", ["Bearer corridor_guess", "Basic eDp5", "Bearer", "x"])
def test_a_wrong_token_is_nobody(bench: Workbench, header: str) -> None:
    answer = browser(bench).get("/api/v1/tables", headers={"authorization": header})
    assert answer.status_code == 401 and answer.json()["error"]["code"] == "WEB-SIGN-IN-NEEDED"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_ends_and_needs_a_name(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.analyst)
    headers = token(person, "tables")
    with bench.state.writing() as con:
        con.execute("update api_token set expires_at = '2000-01-01T00:00:00Z'")
    assert browser(bench).get("/api/v1/tables", headers=headers).status_code == 401
    for data in ({"label": "", "reach": "tables"}, {"label": "x", "reach": "everything"}):
        answer = person.post("/account/tokens", data={"csrf": person.csrf, **data})
        assert answer.status_code == 400 and "WEB-TOKEN" in answer.text


def test_one_program_cannot_take_all_the_time(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.analyst)
    bench.api_limit = Limit(2, 60)
    assert [person.get("/api/v1/rules").status_code for _ in range(3)] == [200, 200, 429]


ODD = st.text(max_size=30) | st.sampled_from(
    ["'", '"', "\\", "%", "0", "-1", "asm.result", "npi=1", "a=b=c", "\u0000"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_nothing_that_is_sent_is_a_defect(signed: Sign, bench: Workbench, data: st.DataObject) -> None:
    bench.api_limit = Limit(10**6, 60)
    if not hasattr(bench, "fuzzer"):
        bench.fuzzer = signed(*Role)  # type: ignore[attr-defined]
    person: Person = bench.fuzzer  # type: ignore[attr-defined]
    described = person.get("/api/v1/openapi.json").json()
    path = data.draw(
        st.sampled_from([*sorted(described["paths"]), "/clinicians", "/rules", "/clinicians/{npi}"])
    )
    known = described["paths"].get(path, {}).get("get", {}).get("parameters", [])
    names = [one["name"] for one in known if one["in"] == "query"] + [
        "q",
        "sort",
        "start",
        "down",
        "status",
        "tin",
    ]
    filled = re.sub(r"\{\w+\}", lambda _: quote(data.draw(ODD), safe="") or "x", path)
    sent = {
        name: data.draw(ODD) for name in data.draw(st.lists(st.sampled_from(names), max_size=4, unique=True))
    }
    assert person.get(filled, params=sent).status_code < 500


def test_the_api_describes_itself_and_names_no_other_server(signed: Sign) -> None:
    described = signed(Role.analyst).get("/api/v1/openapi.json").json()
    assert set(described["paths"]) >= {"/api/v1/tables/{table}", "/api/v1/explain/asm/{npi}"}
    assert all(path.startswith("/api/v1/") for path in described["paths"])
    assert "servers" not in described
