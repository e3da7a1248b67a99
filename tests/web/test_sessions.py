"""Sessions: new at every sign-in, ended by time, by people; and the headers that every answer carries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from corridor.web.accounts import create_account, find_account, read_accounts, set_password, set_rights
from corridor.web.app import HEADERS
from corridor.web.guard import COOKIE, FORM_COOKIE
from corridor.web.roles import Role
from corridor.web.sessions import (
    IDLE,
    LONGEST,
    TOUCHED_EVERY,
    account_of_token,
    create_token,
    find_session,
    start_session,
    tokens_of,
)
from corridor.web.state import now, stamp
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, PASSWORD, Sign, browser
from tests.web.test_entry import sign_in


@pytest.fixture
def secret(bench: Workbench) -> str:
    """The cookie of somebody signed in."""
    number = create_account(bench.state, "anna", PASSWORD, [Role.analyst], EVERY, must_change=False)
    account = find_account(bench.state, number)
    assert account is not None
    return start_session(bench.state, account)[0]


def age(bench: Workbench, created: timedelta, seen: timedelta) -> None:
    with bench.state.writing() as con:
        con.execute(
            "update session set created_at = ?, seen_at = ?", [stamp(now() - created), stamp(now() - seen)]
        )


SECOND = timedelta(seconds=5)


@pytest.mark.parametrize(
    ("created", "seen", "lives"),
    [
        (IDLE, IDLE - SECOND, True),
        (IDLE, IDLE + SECOND, False),
        (LONGEST - SECOND, timedelta(), True),
        (LONGEST + SECOND, timedelta(), False),  # however busy
    ],
)
def test_a_session_ends_when_idle_and_in_any_case(
    bench: Workbench, secret: str, created: timedelta, seen: timedelta, lives: bool
) -> None:
    age(bench, created, seen)
    assert (find_session(bench.state, secret) is not None) is lives


def test_use_keeps_a_session_but_not_beyond_its_longest(bench: Workbench, secret: str) -> None:
    age(bench, timedelta(hours=9), TOUCHED_EVERY + SECOND)
    assert find_session(bench.state, secret) is not None
    with bench.state.reading() as con:
        row = con.execute("select * from session").fetchone()
    assert row["seen_at"] >= stamp(now() - SECOND) and row["created_at"] < stamp(now() - timedelta(hours=8))


def test_a_cookie_brought_along_is_never_taken_over(bench: Workbench, secret: str) -> None:
    """Session fixation: neither a made-up cookie nor one that another knows becomes a session."""
    client = browser(bench)
    client.cookies.set(COOKIE, "chosen-by-somebody-else", domain="testserver.local", path="/")
    assert sign_in(client, "anna", PASSWORD) == 303
    fresh = [cookie.value for cookie in client.cookies.jar if cookie.name == COOKIE]
    assert "chosen-by-somebody-else" not in fresh[-1:] and find_session(bench.state, fresh[-1] or "")
    assert find_session(bench.state, "chosen-by-somebody-else") is None


def test_signing_in_again_ends_the_session_before(bench: Workbench, secret: str) -> None:
    client = browser(bench)
    client.cookies.set(COOKIE, secret)
    session = find_session(bench.state, secret)
    assert session is not None
    data = {"csrf": session.csrf, "name": "anna", "password": PASSWORD}
    assert client.post("/sign-in", data=data).status_code == 303
    assert find_session(bench.state, secret) is None


def test_what_an_administrator_does_ends_sessions(bench: Workbench, secret: str) -> None:
    create_account(bench.state, "root", PASSWORD, [Role.administrator], EVERY, must_change=False)
    anna = next(one for one in read_accounts(bench.state) if one.name == "anna")
    set_password(bench.state, anna, "another plain phrase", must_change=True)
    assert find_session(bench.state, secret) is None
    again, _ = start_session(bench.state, anna)
    set_rights(bench.state, anna.account_id, ["analyst"], EVERY, disabled=True)
    assert find_session(bench.state, again) is None


def test_signing_out_ends_it_on_the_server(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.analyst)
    kept = person.cookies[COOKIE]
    left = person.post("/sign-out", data={"csrf": person.csrf})
    told = left.headers["set-cookie"]
    assert f'{COOKIE}=""' in told and "Max-Age=0" in told and find_session(bench.state, kept) is None


def test_flags_of_the_cookie_of_forms(bench: Workbench) -> None:
    told = browser(bench).get("/first-run").headers["set-cookie"]
    assert told.startswith(FORM_COOKIE) and "HttpOnly" in told and "SameSite=strict" in told
    bench.secure = True
    client = TestClient(browser(bench).app, base_url="https://testserver", follow_redirects=False)
    assert "Secure" in client.get("/first-run").headers["set-cookie"]


def test_a_cookie_of_plain_http_is_nothing_under_https(bench: Workbench, secret: str) -> None:
    bench.secure = True
    client = TestClient(browser(bench).app, base_url="https://testserver", follow_redirects=False)
    client.cookies.set(COOKIE, secret)
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200), ("GET", "/api/v1/tables", 200), ("GET", "/static/app.css", 200),
        ("GET", "/administration", 403), ("POST", "/account/password", 403), ("DELETE", "/", 405),
        ("GET", "/api/v1/nothing", 404), ("GET", "/sign-in", 303), ("HEAD", "/", 405),
    ],
)  # fmt: skip
def test_every_answer_carries_the_headers(signed: Sign, method: str, path: str, status: int) -> None:
    answer = signed(Role.analyst).request(method, path)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, name
    stored = answer.headers["cache-control"]
    assert stored == ("public, max-age=3600" if path.startswith("/static/") else "no-store")
    assert "server" not in answer.headers and "x-powered-by" not in answer.headers


@pytest.mark.parametrize("disabled", [False, True])
def test_what_an_administrator_does_ends_tokens(bench: Workbench, secret: str, disabled: bool) -> None:
    create_account(bench.state, "root", PASSWORD, [Role.administrator], EVERY, must_change=False)
    anna = next(one for one in read_accounts(bench.state) if one.name == "anna")
    made = create_token(bench.state, anna, "a program", ["tables"])
    set_password(bench.state, anna, "a phrase of her own", must_change=False)
    assert account_of_token(bench.state, made) is not None  # a change of one's own leaves programs alone
    if disabled:
        set_rights(bench.state, anna.account_id, ["analyst"], EVERY, disabled=True)
        set_rights(bench.state, anna.account_id, ["analyst"], EVERY, disabled=False)
    else:
        set_password(bench.state, anna, "another plain phrase", must_change=True)
    assert account_of_token(bench.state, made) is None and tokens_of(bench.state, anna) == []
