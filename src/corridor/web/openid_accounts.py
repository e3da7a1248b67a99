"""The account of somebody who signed in at the issuer: found by issuer and subject, made where it is new.

A name or an e-mail address never links to an account that exists: whoever could choose theirs at the issuer
could take it over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from corridor.errors import CorridorError
from corridor.settings import OpenIdSettings
from corridor.web.accounts import NAME, Account, check_roles, find_account
from corridor.web.database import Connection
from corridor.web.roles import Role
from corridor.web.state import State, stamp

NO_PASSWORD = ""  # no hash: no password matches it


def account_at(state: State, settings: OpenIdSettings, claims: Mapping[str, Any]) -> tuple[Account, str]:
    """The account, and what changed of it in words (for the audit log).

    Raises WEB-OPENID-DOMAIN for an address of another domain, WEB-SIGN-IN where the account is disabled.
    """
    _check_domain(settings, claims)
    subject = str(claims["sub"])
    roles = mapped(settings, claims)
    told = ""
    with state.writing() as con:
        row = con.execute(
            "select account_id from account_openid where issuer = ? and subject = ?",
            [settings.issuer, subject],
        ).fetchone()
        if row is None:
            account_id = _made(con, settings.issuer, subject, claims)
            told = "a new account"
        else:
            account_id = int(row["account_id"])
        if roles is not None and _given(con, account_id, roles):
            told = ", ".join(part for part in (told, f"roles: {', '.join(sorted(roles)) or 'none'}") if part)
    account = find_account(state, account_id)
    if account is None or account.disabled:
        raise CorridorError(
            "WEB-SIGN-IN",
            "This account may not sign in.",
            todo="Ask an administrator, if your work needs it.",
        )
    return account, told


def mapped(settings: OpenIdSettings, claims: Mapping[str, Any]) -> frozenset[Role] | None:
    """The roles of the groups that the issuer names; None where the settings map none."""
    if not settings.roles:
        return None
    check_roles(settings.roles)
    told = claims.get(settings.role_claim, [])
    groups = {str(one) for one in (told if isinstance(told, list) else [told])}
    return frozenset(Role(role) for role, names in settings.roles.items() if groups & set(names))


def linked(state: State) -> frozenset[int]:
    """The accounts that sign in at the issuer, and have no password here."""
    with state.reading() as con:
        return frozenset(int(row["account_id"]) for row in con.execute("select * from account_openid"))


def _check_domain(settings: OpenIdSettings, claims: Mapping[str, Any]) -> None:
    if not settings.allowed_domains:
        return
    domain = str(claims.get("email", "")).rpartition("@")[2].lower()
    allowed = {one.lower().lstrip("@") for one in settings.allowed_domains}
    if claims.get("email_verified") is not True or domain not in allowed:
        raise CorridorError(
            "WEB-OPENID-DOMAIN",
            "Accounts of your e-mail domain may not sign in here.",
            why="The settings name the domains that may, and the issuer must call the address verified.",
            todo="Ask an administrator.",
            field="web.openid.allowed_domains",
        )


def _made(con: Connection, issuer: str, subject: str, claims: Mapping[str, Any]) -> int:
    row = con.execute(
        "insert into account (name, password_hash, must_change, created_at) values (?, ?, 0, ?) "
        "returning account_id",
        [_free_name(con, subject, claims), NO_PASSWORD, stamp()],
    ).fetchone()
    con.execute("insert into account_openid values (?, ?, ?)", [row["account_id"], issuer, subject])
    return int(row["account_id"])


def _free_name(con: Connection, subject: str, claims: Mapping[str, Any]) -> str:
    """What the person is called, unless somebody else is called so already."""
    sign = hashlib.sha256(subject.encode()).hexdigest()[:8]
    verified = claims.get("email") if claims.get("email_verified") is True else None
    for named in (verified, claims.get("preferred_username"), claims.get("email")):
        name = str(named or "")
        if not NAME.fullmatch(name):
            continue
        taken = con.execute("select 1 from account where lower(name) = lower(?)", [name]).fetchone()
        return f"{name[:50]}-{sign}" if taken else name
    return f"openid-{sign}"


def _given(con: Connection, account_id: int, roles: frozenset[Role]) -> bool:
    """Give exactly these roles; whether that changed anything."""
    rows = con.execute("select role from account_role where account_id = ?", [account_id])
    if {str(row["role"]) for row in rows} == set(roles):
        return False
    con.execute("delete from account_role where account_id = ?", [account_id])
    for role in sorted(roles):
        con.execute("insert into account_role values (?, ?)", [account_id, role.value])
    return True
