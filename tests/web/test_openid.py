"""Signing in at an OpenID Connect issuer: what must hold before anybody is believed."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from corridor.errors import CorridorError
from corridor.settings import OpenIdSettings, Settings, WebSettings
from corridor.web import audit
from corridor.web.accounts import create_account, read_accounts
from corridor.web.limits import Limit
from corridor.web.openid import Provider
from corridor.web.openid_fetch import check_address
from corridor.web.roles import Role
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, PASSWORD, browser
from tests.web.issuer import CLIENT, Issuer, named, running
from tests.web.test_entry import csrf_of, sign_in


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running() as made:
        yield made


def workbench_of(home: Path, folder: Path, issuer: Issuer, local: bool = True, **more: Any) -> Workbench:
    openid = OpenIdSettings(issuer=issuer.address, client_id=CLIENT, **more)
    bench = Workbench(
        home, Settings(web=WebSettings(local_accounts=local, openid=openid)), State(folder / "s.sqlite3"),
        names=frozenset({"testserver"}),
    )  # fmt: skip
    bench.openid = Provider(openid, "top secret")
    bench.sign_in_limit = Limit(1000, 60)
    create_account(bench.state, "root", PASSWORD, [Role.administrator], EVERY, must_change=False)
    return bench


@pytest.fixture
def bench(run_home: Path, tmp_path: Path, issuer: Issuer) -> Workbench:
    return workbench_of(run_home, tmp_path, issuer)


def go(client: TestClient, issuer: Issuer, target: str = "/") -> Response:
    """To the issuer, and back."""
    away = client.get(f"/sign-in/openid?next={target}")
    assert away.status_code == 303
    return client.get("/sign-in/openid/back", params=issuer.authorize(away.headers["location"]))


def nobody(bench: Workbench, client: TestClient) -> bool:
    """Whether nobody was signed in or made."""
    return client.get("/account").status_code == 303 and len(read_accounts(bench.state)) == 1


def test_a_new_person_has_no_role_and_no_row(bench: Workbench, issuer: Issuer) -> None:
    client = browser(bench)
    assert "/sign-in/openid?next=/clinicians" in client.get("/sign-in?next=/clinicians").text
    done = go(client, issuer, "/clinicians")
    assert done.status_code == 303 and done.headers["location"] == "/account"
    assert "has no role yet" in client.get("/account").text
    assert client.get("/").status_code == client.get("/clinicians").status_code == 403
    anna = next(one for one in read_accounts(bench.state) if one.name != "root")
    assert (anna.name, anna.roles, anna.scope.words()) == ("anna@example.org", frozenset(), "no row")
    asked = issuer.asked[0]
    assert asked["authorization"] == "Basic " + base64.b64encode(b"corridor-here:top%20secret").decode()
    assert len(asked["code_verifier"]) >= 43 and "client_secret" not in asked
    left = client.post("/sign-out", data={"csrf": csrf_of(client, "/account")})
    assert left.headers["location"] == "/sign-in"
    assert go(client, issuer).status_code == 303 and len(read_accounts(bench.state)) == 2
    told = [(row["action"], row["subject"]) for row in audit.newest(bench.state, 9)]
    assert ("openid_sign_in", "a new account") in told


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another"},
    "no audience": {"aud": None},
    "for several, by another": {"aud": [CLIENT, "another"], "azp": "another"},
    "for several, nobody said by whom": {"aud": [CLIENT, "another"]},
    "expired": {"exp": int(time.time()) - 3600},
    "never ends": {"exp": None},
    "not yet": {"nbf": int(time.time()) + 3600},
    "another issuer": {"iss": "https://evil.example"},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_says_something_else_is_refused(bench: Workbench, issuer: Issuer, lie: str) -> None:
    issuer.claims |= LIES[lie]
    client = browser(bench)
    answer = go(client, issuer)
    assert answer.status_code == 401 and "WEB-OPENID-TOKEN" in answer.text and nobody(bench, client)


@pytest.mark.parametrize("how", ["none", "shared secret", "another key", "another key of that name", "cut"])
def test_a_token_that_the_issuer_did_not_sign_is_refused(bench: Workbench, issuer: Issuer, how: str) -> None:
    if how == "none":
        issuer.header = {"alg": "none"}
    elif how == "shared secret":
        issuer.header = {"alg": "HS256", "kid": "one"}
    elif how == "cut":
        signed = issuer.sign
        issuer.sign = lambda claims: signed(claims)[:-9]  # type: ignore[method-assign]
    else:
        name = "one" if how.endswith("name") else "two"
        issuer.signed_with = named(name, 1)
        issuer.header = {"alg": "RS256", "kid": name}
    client = browser(bench)
    answer = go(client, issuer)
    assert answer.status_code == 401 and "WEB-OPENID-TOKEN" in answer.text and nobody(bench, client)


def test_a_state_of_another_browser_or_none_is_refused(bench: Workbench, issuer: Issuer) -> None:
    mine, theirs = browser(bench), browser(bench)
    own = issuer.authorize(mine.get("/sign-in/openid").headers["location"])
    other = issuer.authorize(theirs.get("/sign-in/openid").headers["location"])
    for given in (other, {**own, "state": "guess"}, {"code": own["code"]}):
        answer = mine.get("/sign-in/openid/back", params=given)
        assert answer.status_code == 401 and "WEB-OPENID-STATE" in answer.text and nobody(bench, mine)
    mixed = mine.get("/sign-in/openid/back", params={**own, "code": other["code"]})
    assert "WEB-OPENID-TOKEN" in mixed.text or "WEB-OPENID-ISSUER" in mixed.text  # the verifier is another
    again = mine.get("/sign-in/openid/back", params=own)
    assert "WEB-OPENID-STATE" in again.text and nobody(bench, mine)  # an answer counts once


def test_an_answer_of_another_issuer_or_too_late_is_refused(bench: Workbench, issuer: Issuer) -> None:
    client = browser(bench)
    own = issuer.authorize(client.get("/sign-in/openid").headers["location"])
    answer = client.get("/sign-in/openid/back", params={**own, "iss": "https://evil.example"})
    assert "WEB-OPENID-STATE" in answer.text
    own = issuer.authorize(client.get("/sign-in/openid").headers["location"])
    with bench.state.writing() as con:
        con.execute("update openid_request set created_at = '2000-01-01T00:00:00Z'")
    assert "WEB-OPENID-STATE" in client.get("/sign-in/openid/back", params=own).text
    own = issuer.authorize(client.get("/sign-in/openid").headers["location"])
    said_no = {"state": own["state"], "error": "access_denied", "error_description": "<b>no</b>"}
    answer = client.get("/sign-in/openid/back", params=said_no)
    assert "WEB-OPENID-REFUSED" in answer.text and "<b>" not in answer.text and nobody(bench, client)


def test_the_issuer_must_be_what_the_settings_name(bench: Workbench, issuer: Issuer) -> None:
    for change in ({"issuer": "https://evil.example"}, {"authorization_endpoint": "http://evil.example/a"}):
        kept = dict(issuer.description)
        issuer.description |= change
        bench.openid = Provider(bench.settings.web.openid)  # type: ignore[arg-type]
        answer = browser(bench).get("/sign-in/openid")
        assert answer.status_code == 502 and "WEB-OPENID-ISSUER" in answer.text
        issuer.description = kept
    issuer.redirects = True
    bench.openid = Provider(bench.settings.web.openid)  # type: ignore[arg-type]
    assert browser(bench).get("/sign-in/openid").status_code == 502


@pytest.mark.parametrize(
    ("address", "issuer"),
    [
        ("http://login.example.org", "http://login.example.org"),
        ("http://127.0.0.1:1/x", "https://login.example.org"),
        ("file:///etc/passwd", "https://login.example.org"),
        ("", "https://login.example.org"),
    ],
)
def test_only_https_is_asked(address: str, issuer: str) -> None:
    with pytest.raises(CorridorError, match="WEB-OPENID-ISSUER"):
        check_address(address, issuer)
    check_address("https://keys.example.org/x", "https://login.example.org")


def test_new_keys_of_the_issuer_are_asked_for(bench: Workbench, issuer: Issuer, run_home: Path) -> None:
    assert go(browser(bench), issuer).status_code == 303
    issuer.key = issuer.signed_with = named("later", 1)
    issuer.header = {"alg": "RS256", "kid": "later"}
    assert bench.openid is not None
    address = issuer.description["jwks_uri"]
    asked, kept = bench.openid._kept[address]
    bench.openid._kept[address] = (asked - 61, kept)
    assert go(browser(bench), issuer).headers["location"] == "/account"


def test_a_name_never_links_to_an_account_that_exists(bench: Workbench, issuer: Issuer) -> None:
    issuer.claims = {"sub": "8", "preferred_username": "Root"}
    assert go(browser(bench), issuer).status_code == 303
    names = sorted(one.name for one in read_accounts(bench.state))
    assert len(names) == 2 and names[0].startswith("Root-") and names[1] == "root"
    assert sign_in(browser(bench), names[0], "") == 401  # no password fits


def test_groups_are_mapped_to_roles_at_every_sign_in(run_home: Path, tmp_path: Path, issuer: Issuer) -> None:
    bench = workbench_of(run_home, tmp_path, issuer, roles={"analyst": ["vbc"], "auditor": ["audit"]})
    client = browser(bench)
    for groups, expected in ((["vbc", "x"], {Role.analyst}), ("audit", {Role.auditor}), ([], set())):
        issuer.claims["groups"] = groups
        done = go(client, issuer, "/rules")
        assert done.headers["location"] == ("/rules" if expected else "/account")
        anna = next(one for one in read_accounts(bench.state) if one.name != "root")
        assert anna.roles == expected and not anna.scope.every_row


def test_only_verified_addresses_of_the_domains_named(run_home: Path, tmp_path: Path, issuer: Issuer) -> None:
    bench = workbench_of(run_home, tmp_path, issuer, allowed_domains=["example.org"])
    client = browser(bench)
    for change in ({"email": "a@example.org.evil.example"}, {"email_verified": False}, {"email": None}):
        kept = dict(issuer.claims)
        issuer.claims |= change
        assert "WEB-OPENID-DOMAIN" in go(client, issuer).text and nobody(bench, client)
        issuer.claims = kept
    assert go(client, issuer).status_code == 303


def test_local_accounts_can_be_turned_off(run_home: Path, tmp_path: Path, issuer: Issuer) -> None:
    bench = workbench_of(run_home, tmp_path, issuer, local=False)
    create_account(bench.state, "anna", PASSWORD, [Role.analyst], EVERY, must_change=False)
    assert sign_in(browser(bench), "anna", PASSWORD) == 401
    assert sign_in(browser(bench), "root", PASSWORD) == 303


def test_an_administrator_gives_roles_but_no_password(bench: Workbench, issuer: Issuer) -> None:
    assert go(browser(bench), issuer).status_code == 303
    boss = browser(bench)
    assert sign_in(boss, "root", PASSWORD) == 303
    shown = boss.get("/administration").text
    assert "2 accounts; 1 waits for a role" in shown and "signs in at the issuer" in shown
    anna = next(one for one in read_accounts(bench.state) if one.name != "root")
    path, csrf = f"/administration/accounts/{anna.account_id}", csrf_of(boss, "/administration")
    assert "WEB-ACCOUNT" in boss.post(f"{path}/password", data={"csrf": csrf}).text
    data = {"csrf": csrf, "role": "analyst", "tin": "990000001"}
    assert boss.post(path, data=data).status_code == 303
    client = browser(bench)
    assert go(client, issuer, "/clinicians").headers["location"] == "/clinicians"
    assert client.get("/clinicians").status_code == 200


def test_a_disabled_account_stays_out(bench: Workbench, issuer: Issuer) -> None:
    assert go(browser(bench), issuer).status_code == 303
    with bench.state.writing() as con:
        con.execute("update account set disabled = 1 where name <> 'root'")
    answer = go(browser(bench), issuer)
    assert answer.status_code == 401 and "may not sign in" in answer.text


def test_the_cookie_of_a_sign_in_under_way(bench: Workbench, issuer: Issuer) -> None:
    told = browser(bench).get("/sign-in/openid").headers["set-cookie"]
    assert "HttpOnly" in told and "SameSite=lax" in told and "Max-Age=600" in told
    bench.secure = True
    client = TestClient(browser(bench).app, base_url="https://testserver", follow_redirects=False)
    away = client.get("/sign-in/openid")
    assert away.headers["set-cookie"].startswith("__Host-corridor_openid=") and "Secure" in str(away.headers)
    assert "redirect_uri=https%3A%2F%2Ftestserver%2Fsign-in%2Fopenid%2Fback" in away.headers["location"]
