"""The way in: first run, sign in and out, lockout, limits, cookies, headers."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from corridor.errors import CorridorError
from corridor.web import audit
from corridor.web.accounts import FAILURES, create_account, read_accounts, scope_of
from corridor.web.app import POLICY
from corridor.web.limits import Limit
from corridor.web.pages.entry import within
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, PASSWORD, Sign, browser


def csrf_of(client: TestClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def sign_in(client: TestClient, name: str, password: str) -> int:
    data = {"csrf": csrf_of(client, "/sign-in"), "name": name, "password": password}
    return int(client.post("/sign-in", data=data).status_code)


@pytest.fixture
def anna(bench: Workbench) -> str:
    create_account(bench.state, "anna", PASSWORD, [Role.analyst], EVERY, must_change=False)
    return "anna"


def test_the_first_administrator_needs_the_token_of_the_terminal(bench: Workbench) -> None:
    client = browser(bench)
    assert client.get("/").headers["location"] == "/first-run"
    data = {"csrf": csrf_of(client, "/first-run"), "name": "root", "password": PASSWORD, "token": "guess"}
    refused = client.post("/first-run", data=data)
    assert refused.status_code == 400 and "WEB-SETUP-TOKEN" in refused.text
    assert not read_accounts(bench.state)
    done = client.post("/first-run", data={**data, "token": bench.setup.token})
    assert done.headers["location"] == "/"
    assert client.get("/").status_code == 200
    (account,) = read_accounts(bench.state)
    assert account.roles == {Role.administrator, Role.analyst} and account.scope.every_row
    again = client.post("/first-run", data={**data, "token": bench.setup.token, "name": "two", "csrf": "x"})
    assert again.status_code == 403
    assert Workbench(bench.home, bench.settings, bench.state).setup.token == ""


def test_sign_in_out_and_the_cookie(bench: Workbench, anna: str) -> None:
    client = browser(bench)
    assert client.get("/clinicians?q=a").headers["location"] == "/sign-in?next=/clinicians%3Fq%3Da"
    data = {
        "csrf": csrf_of(client, "/sign-in"),
        "name": "Anna",
        "password": PASSWORD,
        "next": "/clinicians?q=a",
    }
    done = client.post("/sign-in", data=data)
    assert done.headers["location"] == "/clinicians?q=a"
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
    assert client.get("/").status_code == 200
    left = client.post("/sign-out", data={"csrf": csrf_of(client, "/")})
    assert left.headers["location"] == "/sign-in"
    assert client.get("/").status_code == 303
    told = [row["action"] for row in audit.newest(bench.state, 9)]
    assert told[:2] == ["sign_out", "sign_in"]


def test_under_https_the_cookie_is_bound_to_the_host(bench: Workbench, anna: str) -> None:
    bench.secure = True
    client = TestClient(browser(bench).app, base_url="https://testserver", follow_redirects=False)
    data = {"csrf": csrf_of(client, "/sign-in"), "name": anna, "password": PASSWORD}
    done = client.post("/sign-in", data=data)
    assert done.headers["set-cookie"].startswith("__Host-corridor_session=")
    assert "Secure" in done.headers["set-cookie"]
    assert "max-age" in done.headers["strict-transport-security"]


def test_a_session_does_not_outlive_the_server_side(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.analyst)
    assert person.get("/").status_code == 200
    with bench.state.writing() as con:
        con.execute("update session set seen_at = '2000-01-01T00:00:00Z'")
    assert person.get("/").status_code == 303


def test_wrong_passwords_lock_the_account(bench: Workbench, anna: str) -> None:
    client = browser(bench)
    bench.sign_in_limit = Limit(100, 60)
    assert sign_in(client, "nobody", PASSWORD) == 401
    for _ in range(FAILURES):
        assert sign_in(client, anna, "wrong words here") == 401
    data = {"csrf": csrf_of(client, "/sign-in"), "name": anna, "password": PASSWORD}
    assert "WEB-LOCKED" in client.post("/sign-in", data=data).text
    with bench.state.writing() as con:
        con.execute("update account set locked_until = '2000-01-01T00:00:00Z'")
    assert sign_in(client, anna, PASSWORD) == 303


def test_the_answer_does_not_say_whether_the_name_exists(bench: Workbench, anna: str) -> None:
    client = browser(bench)
    texts = []
    for name in (anna, "nobody"):
        data = {"csrf": csrf_of(client, "/sign-in"), "name": name, "password": "wrong words here"}
        answer = client.post("/sign-in", data=data)
        assert "WEB-SIGN-IN" in answer.text
        texts.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert texts[0] == texts[1]


def test_names_that_do_not_exist_lock_the_same_way(bench: Workbench, anna: str) -> None:
    bench.sign_in_limit = Limit(100, 60)
    told: dict[str, list[bool]] = {}
    for name in (anna, "nobody"):
        client = browser(bench)
        csrf = csrf_of(client, "/sign-in")
        for _ in range(FAILURES + 2):
            data = {"csrf": csrf, "name": name, "password": "wrong words here"}
            answer = client.post("/sign-in", data=data)
            told.setdefault(name, []).append("WEB-LOCKED" in answer.text)
    assert told[anna] == told["nobody"] == [False] * FAILURES + [True] * 2
    assert {row["subject"] for row in audit.newest(bench.state, 99)} == {anna, "an unknown name"}


def test_too_many_attempts_are_turned_away(bench: Workbench, anna: str) -> None:
    client = browser(bench)
    bench.sign_in_limit = Limit(2, 60)
    codes = [sign_in(client, "nobody", "wrong words here") for _ in range(3)]
    assert codes == [401, 401, 429]


def test_a_limit_slides_and_every_process_counts_alike(bench: Workbench) -> None:
    moment = [0.0]
    limit, other = (Limit(2, 10, clock=lambda: moment[0]) for _ in range(2))
    limit.take(bench.state, "api", "a")
    moment[0] = 6
    other.take(bench.state, "api", "a")
    with pytest.raises(CorridorError, match="WEB-TOO-MANY"):
        limit.take(bench.state, "api", "a")
    limit.take(bench.state, "api", "b")
    limit.take(bench.state, "sign-in", "a")
    moment[0] = 11
    limit.take(bench.state, "api", "a")
    with bench.state.reading() as con:
        kept = [tuple(row) for row in con.execute("select key, times from attempt")]
    assert len(kept) == 4 and all(len(key) == 64 for key, _ in kept)  # hashes; what ran out is gone


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "x", "/a\nb"]
)
def test_sign_in_leads_nowhere_else(target: str) -> None:
    assert within(target) == "/"
    assert within("/clinicians?q=a") == "/clinicians?q=a"


def test_headers_of_every_answer(bench: Workbench, signed: Sign) -> None:
    for client, path in (
        (browser(bench), "/sign-in"),
        (signed(Role.analyst), "/"),
        (browser(bench), "/nowhere"),
    ):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
    assert "unsafe" not in POLICY and "http" not in POLICY


def test_a_foreign_host_name_is_not_answered(bench: Workbench) -> None:
    answer = browser(bench).get("/sign-in", headers={"host": "evil.example"})
    assert answer.status_code == 400 and "WEB-HOST" in answer.text


def test_too_large_a_form(signed: Sign) -> None:
    person = signed(Role.analyst)
    answer = person.post("/account/password", data={"csrf": person.csrf, "new": "x" * 1_100_000})
    assert answer.status_code == 413 and "WEB-TOO-LARGE" in answer.text


def test_a_password_is_changed_by_who_knows_it(bench: Workbench, anna: str) -> None:
    client, other = browser(bench), browser(bench)
    assert sign_in(client, anna, PASSWORD) == sign_in(other, anna, PASSWORD) == 303
    csrf = csrf_of(client, "/account")
    for old, new, code in (
        ("wrong words here", "another plain phrase", "WEB-SIGN-IN"),
        (PASSWORD, "short", "WEB-PASSWORD"),
        (PASSWORD, "anna anna anna", "WEB-PASSWORD"),
    ):
        answer = client.post("/account/password", data={"csrf": csrf, "old": old, "new": new})
        assert answer.status_code == 400 and code in answer.text
    data = {"csrf": csrf, "old": PASSWORD, "new": "another plain phrase"}
    assert client.post("/account/password", data=data).status_code == 303
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 303  # every other session ended


def test_names_roles_and_scopes_are_checked(bench: Workbench) -> None:
    for name, roles, code in (
        ("with blank", [Role.analyst], "WEB-ACCOUNT"),
        ("anna", ["chief"], "WEB-ROLE"),
        ("anna", [], "WEB-ROLE"),
    ):
        with pytest.raises(CorridorError) as caught:
            create_account(bench.state, name, PASSWORD, roles, EVERY)
        assert caught.value.code == code
    with pytest.raises(CorridorError) as caught:
        scope_of(False, {"tin": "12345"})
    assert caught.value.code == "WEB-SCOPE"
    assert scope_of(False, {"npi": "1999000000, 1999000001\n1999000000"}) == Scope(
        npi=("1999000000", "1999000001")
    )


def test_secrets_are_not_kept(bench: Workbench, anna: str) -> None:
    client = browser(bench)
    assert sign_in(client, anna, PASSWORD) == 303
    secret = client.cookies["corridor_session"]
    assert bench.state.file is not None
    kept = bench.state.file.read_bytes() + b"".join(
        p.read_bytes() for p in bench.state.file.parent.glob("*-wal")
    )
    assert secret.encode() not in kept and PASSWORD.encode() not in kept
    assert b"$argon2id$" in kept
