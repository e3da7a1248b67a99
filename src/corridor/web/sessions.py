"""Sessions in the browser, tokens for programs, and the one-time token of the first run.

What is kept is a hash: who reads the state database cannot sign in with it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from corridor.errors import CorridorError
from corridor.web.accounts import Account, any_account, find_account
from corridor.web.reach import REACH
from corridor.web.state import State, fingerprint, now, stamp

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
TOUCHED_EVERY = timedelta(minutes=1)
TOKEN_DAYS = 90
TOKEN_PREFIX = "corridor_"


@dataclass(frozen=True)
class Session:
    """Somebody signed in; ``csrf`` stands in every form of theirs."""

    session_hash: str
    account: Account
    csrf: str


def start_session(state: State, account: Account) -> tuple[str, Session]:
    """A new session; the secret goes into the cookie and is kept nowhere."""
    secret, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    moment = stamp()
    with state.writing() as con:
        con.execute("delete from session where created_at < ?", [stamp(now() - LONGEST)])
        con.execute(
            "insert into session values (?, ?, ?, ?, ?)",
            [fingerprint(secret), account.account_id, csrf, moment, moment],
        )
    return secret, Session(fingerprint(secret), account, csrf)


def find_session(state: State, secret: str) -> Session | None:
    """The session of a cookie, unless it ended or was idle too long."""
    if not secret:
        return None
    key = fingerprint(secret)
    with state.reading() as con:
        row = con.execute("select * from session where session_hash = ?", [key]).fetchone()
    if row is None or row["created_at"] < stamp(now() - LONGEST) or row["seen_at"] < stamp(now() - IDLE):
        return None
    account = find_account(state, row["account_id"])
    if account is None or account.disabled:
        return None
    if row["seen_at"] < stamp(now() - TOUCHED_EVERY):
        with state.writing() as con:
            con.execute("update session set seen_at = ? where session_hash = ?", [stamp(), key])
    return Session(key, account, row["csrf"])


def end_session(state: State, session: Session) -> None:
    """Sign out: the cookie is worth nothing from here on."""
    with state.writing() as con:
        con.execute("delete from session where session_hash = ?", [session.session_hash])


def create_token(state: State, account: Account, label: str, reach: Collection[str]) -> str:
    """A token for a program, shown once. It reaches no further than its account. Raises WEB-TOKEN."""
    chosen = [part for part in REACH if part in reach]
    if not chosen or not 1 <= len(label.strip()) <= 64:
        raise CorridorError(
            "WEB-TOKEN",
            "A token needs a name of at most 64 characters, and something it may read.",
            todo=f"Name it, and choose of {', '.join(REACH)}.",
            field="label",
        )
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with state.writing() as con:
        con.execute(
            "insert into api_token (token_hash, account_id, label, reach, created_at, expires_at) "
            "values (?, ?, ?, ?, ?, ?)",
            [
                fingerprint(secret), account.account_id, label.strip(), " ".join(chosen), stamp(),
                stamp(now() + timedelta(days=TOKEN_DAYS)),
            ],
        )  # fmt: skip
    return secret


def tokens_of(state: State, account: Account) -> list[dict[str, Any]]:
    """The tokens of an account that still work, the newest first."""
    with state.reading() as con:
        rows = con.execute(
            "select token_id, label, reach, created_at, expires_at from api_token "
            "where account_id = ? and revoked_at is null and expires_at > ? order by token_id desc",
            [account.account_id, stamp()],
        )
        return [dict(row) for row in rows]


def revoke_token(state: State, account: Account, token_id: int) -> None:
    """End a token of this account."""
    with state.writing() as con:
        con.execute(
            "update api_token set revoked_at = ? where token_id = ? and account_id = ?",
            [stamp(), token_id, account.account_id],
        )


def account_of_token(state: State, secret: str) -> tuple[Account, frozenset[str]] | None:
    """The account a token stands for, and what it may read; None where it does not work."""
    with state.reading() as con:
        row = con.execute("select * from api_token where token_hash = ?", [fingerprint(secret)]).fetchone()
    if row is None or row["revoked_at"] is not None or row["expires_at"] <= stamp():
        return None
    account = find_account(state, row["account_id"])
    if account is None or account.disabled or account.must_change:
        return None
    return account, frozenset(str(row["reach"]).split())


class Setup:
    """The one-time token that makes the first administrator; it lives in memory until one exists."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.token = "" if any_account(state) else secrets.token_urlsafe(18)

    @property
    def open(self) -> bool:
        """Whether the first administrator is still to be made."""
        return bool(self.token) and not any_account(self._state)

    def check(self, given: str) -> None:
        """Raises WEB-SETUP-TOKEN unless this is the token, and there is no account yet."""
        if not self.open or not hmac.compare_digest(given.strip().encode(), self.token.encode()):
            raise CorridorError(
                "WEB-SETUP-TOKEN",
                "That is not the setup token of this server.",
                why="It is printed when the server starts, and works until the first account is made.",
                todo="Copy it from the terminal that runs `corridor serve`.",
                field="token",
            )
