"""Every route, for every role and for nobody, from the one table."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response

from corridor.web.app import create_app
from corridor.web.roles import Role
from corridor.web.route import Route
from corridor.web.routes import ROUTES
from corridor.web.scope import Scope
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, Sign, browser

FILLED = {
    "npi": "1999000000",
    "program": "asm",
    "tin": "990000001",
    "number": "1",
    "name": "asm.risk_level",
    "table": "asm.result",
    "account_id": "1",
    "token_id": "1",
    "agreement_id": "1",
    "destruction_id": "1",
    "list": "apcm",
    "item": "0123456789abcdef",
    "scenario_id": "1",
    "audit": "g2211",
    "finding_id": "1-0123456789abcdef",
    "line_id": "1-0123456789abcdef",
    "case": "OP-1",
    "system": "1",
    "action": "billing:x:missed:1999000000:990000001",
    "delivery_id": "0",
    "batch_id": "0",
    "upload_id": "0",
    "job_id": "1",
    "key": "0",
    "episode": "0123456789abcdef",
    "identifier": "1999000000",
}


def ask(client: TestClient, route: Route, csrf: str = "") -> Response:
    address = route.path.format(**FILLED)
    if route.path == "/static/{name}":
        address = "/static/app.css"
    return client.request(route.method, address, data={"csrf": csrf} if route.method == "POST" else None)


def kept_out(answer: Response) -> bool:
    """Refused, or sent to the way in."""
    where = answer.headers.get("location", "")
    return answer.status_code in (401, 403) or where.startswith(("/sign-in", "/first-run"))


def test_nothing_is_served_that_the_table_lacks(bench: Workbench) -> None:
    served = {
        (method, route.path)
        for route in create_app(bench).routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert served == {(route.method, route.path) for route in ROUTES}
    assert all(isinstance(route, APIRoute) for route in create_app(bench).routes)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_nobody_gets_in(bench: Workbench, route: Route) -> None:
    answer = ask(browser(bench), route)
    if route.roles is not None:
        assert kept_out(answer), answer.text[:300]
    elif route.method == "GET":
        assert answer.status_code in (200, 303)


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_what_the_table_says(bench: Workbench, signed: Sign, role: Role) -> None:
    signed(Role.administrator, Role.executive)  # somebody who stays, so that no change locks everybody out
    for route in ROUTES:
        if route.roles is None:
            continue
        person = signed(role, scope=Scope(every_row=True, npi=(f"{ROUTES.index(route):010d}",)))
        answer = ask(person, route, person.csrf)
        assert answer.status_code != 500, (route, answer.text[:300])
        allowed = role in route.roles
        out = "/sign-out" in route.path  # leads to the sign-in page because it worked
        assert (answer.status_code == 403) is not allowed, (route, answer.status_code, answer.text[:300])
        assert out or not allowed or not kept_out(answer), (route, answer.text[:300])


@pytest.mark.parametrize("route", [route for route in ROUTES if route.whole], ids=lambda route: route.path)
def test_what_shows_everything_needs_every_row(signed: Sign, route: Route) -> None:
    person = signed(*Role, scope=Scope(tin=("990000001",)))
    assert ask(person, route, person.csrf).status_code == 403


@pytest.mark.parametrize("route", [r for r in ROUTES if r.method != "GET"], ids=lambda route: route.path)
def test_no_form_without_its_token(signed: Sign, bench: Workbench, route: Route) -> None:
    person = signed(*Role)
    for csrf in ("", "guessed"):
        answer = ask(person, route, csrf)
        assert answer.status_code == 403 and "WEB-FORM" in answer.text
    nobody = browser(bench)
    assert ask(nobody, route, "guessed").status_code in (303, 403)


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.roles is not None], ids=lambda r: f"{r.method} {r.path}"
)
def test_a_password_set_by_another_is_changed_first(signed: Sign, route: Route) -> None:
    person: Person = signed(*Role, must_change=True)
    answer = ask(person, route, person.csrf)
    if route.own:
        assert answer.headers.get("location") != "/account" or "password" in route.path
    else:
        assert answer.headers.get("location") == "/account" or answer.status_code == 403
