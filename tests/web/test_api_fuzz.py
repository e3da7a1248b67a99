"""The API asked with what its own description allows, and with what it does not: never a defect."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from corridor.web.accounts import create_account, find_account
from corridor.web.limits import Limit
from corridor.web.reach import REACH
from corridor.web.roles import Role
from corridor.web.route import Route
from corridor.web.routes import ROUTES
from corridor.web.sessions import create_token
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, PASSWORD, browser

KEYS = {"code", "what", "why", "todo", "file", "line", "field", "rule"}
API = [route for route in ROUTES if route.api]
ODD = ("'", '"', "%00", "..", "%2e%2e%2f", "-1", "1e999", "९", "a" * 300, "asm.result", "null")


@pytest.fixture
def program(bench: Workbench) -> TestClient:
    """A program with a token that reaches everything, for an account of every role."""
    bench.api_limit = Limit(10**9, 60)
    number = create_account(bench.state, "fuzz", PASSWORD, list(Role), EVERY, must_change=False)
    account = find_account(bench.state, number)
    assert account is not None
    client = browser(bench)
    client.headers["authorization"] = f"Bearer {create_token(bench.state, account, 'fuzz', list(REACH))}"
    return client


def examine(answer: Any, told: str) -> None:
    """No defect; whatever is refused says so in the one shape, and repeats nothing that was sent."""
    assert answer.status_code < 500, (told, answer.status_code, answer.text[:300])
    assert (
        answer.headers["cache-control"] == "no-store"
        and answer.headers["x-content-type-options"] == "nosniff"
    )
    if answer.status_code >= 400 and answer.request.url.path.startswith("/api/"):
        assert set(answer.json()) == {"error"} and set(answer.json()["error"]) == KEYS, told


def fuzz(program: TestClient, mode: GenerationMode, examples: int) -> int:
    described = program.get("/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=examples, deadline=None, database=None, derandomize=True,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            sent = case.as_transport_kwargs(base_url="http://testserver")
            sent.pop("cookies", None)
            headers = {
                key: value
                for key, value in dict(sent.pop("headers", None) or {}).items()
                if key.lower() not in ("authorization", "user-agent")
            }
            method, url = sent.pop("method"), sent.pop("url")
            try:
                answer = program.request(method, url, headers=headers, **sent)
            except (ValueError, UnicodeError, TypeError, httpx2.InvalidURL):
                return  # the client itself refuses to send it
            examine(answer, f"{method} {url} {sent}")

        try:
            ask()
        except schemathesis.errors.SchemathesisError:
            continue  # nothing can be wrong about it
    return asked


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_nothing_that_is_asked_is_a_defect(program: TestClient, mode: GenerationMode) -> None:
    assert fuzz(program, mode, 2) > 10


@pytest.mark.heavy
@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_much_that_is_asked_is_no_defect(program: TestClient, mode: GenerationMode, small: bool) -> None:
    assert fuzz(program, mode, 5 if small else 150) > 10


@pytest.mark.parametrize("route", API, ids=lambda route: f"{route.method} {route.path}")
def test_odd_words_in_an_address_are_no_defect(program: TestClient, route: Route) -> None:
    for odd in ODD if "{" in route.path else ODD[:2]:
        path = re.sub(r"\{\w+\}", odd, route.path)
        examine(program.request(route.method, f"{path}?limit={odd}&where={odd}&cursor={odd}"), path)


def test_every_word_of_reach_is_one_that_tokens_know() -> None:
    assert {route.reach for route in API} <= set(REACH) and all(route.reach for route in API)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "WEB-NOT-FOUND"),
        ("DELETE", "/api/v1/tables", 405, "WEB-METHOD"),
        ("GET", "/api/v1/tables/asm.result?limit=x", 400, "WEB-REQUEST"),
        ("GET", "/api/v1/rules?year=1", 400, "WEB-REQUEST"),
        ("GET", "/api/v1/tables/none.such", 404, "TABLE-UNKNOWN"),
        ("GET", "/api/", 404, "WEB-NOT-FOUND"),
    ],
)
def test_every_refusal_has_the_one_shape(
    program: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = program.request(method, path)
    assert answer.status_code == status and answer.json()["error"]["code"] == code
    assert set(answer.json()["error"]) == KEYS


def test_a_refusal_of_the_shell_has_it_too(program: TestClient) -> None:
    for headers in ({"host": "evil.example"}, {"content-length": "9999999999"}):
        answer = program.get("/api/v1/tables", headers=headers)
        assert answer.status_code in (400, 413) and set(answer.json()["error"]) == KEYS
