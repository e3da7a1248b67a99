"""Local accounts: passwords as argon2id, lockout, roles and scope."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from corridor.errors import CorridorError
from corridor.web.database import Connection
from corridor.web.roles import Role
from corridor.web.scope import KINDS, Scope
from corridor.web.state import State, now, stamp

SHORTEST, LONGEST = 12, 256
FAILURES = 5
LOCKED = timedelta(minutes=15)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
ENTITY = {
    "aco": re.compile(r"[A-Za-z0-9]{1,20}"),
    "tin": re.compile(r"[0-9]{9}"),
    "npi": re.compile(r"[0-9]{10}"),
    "ccn": re.compile(r"[0-9A-Z]{6}"),
}

_hasher = PasswordHasher()  # argon2id with the parameters its authors recommend
_hashing = threading.Semaphore(2)  # each takes 64 MB: a flood of sign-ins must not take all memory
_NOBODY = _hasher.hash("nobody has this password")


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in."""

    account_id: int
    name: str
    roles: frozenset[Role]
    scope: Scope
    disabled: bool
    must_change: bool
    locked: bool

    def any_of(self, roles: Collection[Role]) -> bool:
        """Whether the account has one of these roles."""
        return not self.roles.isdisjoint(roles)


def read_accounts(state: State) -> list[Account]:
    """Every account, by name."""
    with state.reading() as con:
        return [_account(con, row) for row in con.execute("select * from account order by name")]


def find_account(state: State, account_id: int) -> Account | None:
    """The account of an id."""
    with state.reading() as con:
        row = con.execute("select * from account where account_id = ?", [account_id]).fetchone()
        return _account(con, row) if row else None


def any_account(state: State) -> bool:
    """Whether somebody can sign in at all."""
    with state.reading() as con:
        return con.execute("select 1 from account limit 1").fetchone() is not None


def create_account(
    state: State,
    name: str,
    password: str,
    roles: Collection[str],
    scope: Scope,
    *,
    must_change: bool = True,
    first: bool = False,
) -> int:
    """Add an account; returns its id. ``first``: only where there is none yet.

    Raises WEB-ACCOUNT, WEB-PASSWORD, WEB-ROLE.
    """
    if not NAME.fullmatch(name):
        raise CorridorError(
            "WEB-ACCOUNT",
            "That is no name for an account.",
            todo="Use letters, digits and . _ @ + -, at most 64.",
            field="name",
        )
    check_password(name, password)
    chosen = check_roles(roles)
    hashed = _hash(password)
    with state.writing() as con:
        taken = "select 1 from account" if first else "select 1 from account where lower(name) = lower(?)"
        if con.execute(taken, [] if first else [name]).fetchone():
            raise CorridorError(
                "WEB-ACCOUNT",
                "There is an account already." if first else f"There is an account {name} already.",
                todo="Sign in with it." if first else "Choose another name.",
                field="name",
            )
        row = con.execute(
            "insert into account (name, password_hash, must_change, created_at) values (?, ?, ?, ?) "
            "returning account_id",
            [name, hashed, int(must_change), stamp()],
        ).fetchone()
        _write_rights(con, row["account_id"], chosen, scope)
        return int(row["account_id"])


def set_rights(state: State, account_id: int, roles: Collection[str], scope: Scope, disabled: bool) -> None:
    """Give an account these roles and this scope; sessions and tokens of a disabled one end.

    Raises WEB-ROLE, and WEB-LAST-ADMINISTRATOR.
    """
    chosen = check_roles(roles)
    with state.writing() as con:
        con.execute("update account set disabled = ? where account_id = ?", [int(disabled), account_id])
        _write_rights(con, account_id, chosen, scope)
        left = con.execute(
            "select 1 from account join account_role using (account_id) where role = ? and disabled = 0",
            [Role.administrator.value],
        ).fetchone()
        if left is None:
            raise CorridorError(
                "WEB-LAST-ADMINISTRATOR",
                "Nobody would be left who can manage accounts.",
                todo="Make another account administrator first.",
            )
        if disabled:
            con.execute("delete from session where account_id = ?", [account_id])
            _end_tokens(con, account_id)


def set_password(
    state: State, account: Account, password: str, *, must_change: bool, keep_session: str = ""
) -> None:
    """A new password; every session but the one named ends; tokens end where it must be changed.

    Raises WEB-PASSWORD.
    """
    check_password(account.name, password)
    hashed = _hash(password)
    with state.writing() as con:
        con.execute(
            "update account set password_hash = ?, must_change = ?, failures = 0, locked_until = null "
            "where account_id = ?",
            [hashed, int(must_change), account.account_id],
        )
        con.execute(
            "delete from session where account_id = ? and session_hash <> ?",
            [account.account_id, keep_session],
        )
        if must_change:  # set by somebody else: who had the account before keeps no way in
            _end_tokens(con, account.account_id)


def sign_in(state: State, name: str, password: str, *, only_first: bool = False) -> Account:
    """The account, where the password is its own; ``only_first``: only that of the first administrator.

    Raises WEB-SIGN-IN, the same whatever was wrong, and WEB-LOCKED.
    """
    with state.reading() as con:
        row = con.execute("select * from account where lower(name) = lower(?)", [name]).fetchone()
        first = con.execute("select min(account_id) as account_id from account").fetchone()
        if only_first and row is not None and row["account_id"] != first["account_id"]:
            row = None
        account = _account(con, row) if row else None
    if account is not None and account.locked:
        raise locked()
    right = _matches((row and row["password_hash"]) or _NOBODY, password[:LONGEST])
    if account is None or account.disabled or not right:
        if account is not None and not right:
            _count_failure(state, account)
        raise CorridorError(
            "WEB-SIGN-IN",
            "Name and password do not belong together.",
            todo="Try again; an administrator can set a new password.",
        )
    with state.writing() as con:
        con.execute(
            "update account set failures = 0, locked_until = null where account_id = ?",
            [account.account_id],
        )
    return account


def locked() -> CorridorError:
    """Too many wrong passwords; said of names that do not exist too, so that nobody learns which do."""
    return CorridorError(
        "WEB-LOCKED",
        "This account is locked for a while.",
        why=f"{FAILURES} passwords in a row were wrong.",
        todo="Wait 15 minutes, or ask an administrator to set a new password.",
    )


def check_password(name: str, password: str) -> None:
    """Raises WEB-PASSWORD for one that is too short, or is the name."""
    if not SHORTEST <= len(password) <= LONGEST or name.lower() in password.lower():
        raise CorridorError(
            "WEB-PASSWORD",
            "That password is too easy to guess.",
            todo=f"Use {SHORTEST} to {LONGEST} characters, several words for instance; not the name.",
            field="password",
        )


def check_roles(roles: Collection[str]) -> frozenset[Role]:
    """Roles by their names. Raises WEB-ROLE."""
    try:
        chosen = frozenset(Role(role) for role in roles)
    except ValueError as error:
        raise CorridorError(
            "WEB-ROLE", "There is no such role.", todo="Use: " + ", ".join(Role) + ".", field="role"
        ) from error
    if not chosen:
        raise CorridorError("WEB-ROLE", "An account needs a role.", todo="Tick at least one.", field="role")
    return chosen


def scope_of(every_row: bool, given: Mapping[str, str]) -> Scope:
    """A scope from what a form holds: entities parted by blanks, commas or lines. Raises WEB-SCOPE."""
    values: dict[str, tuple[str, ...]] = {}
    for kind in KINDS:
        listed = tuple(dict.fromkeys(re.split(r"[\s,;]+", given.get(kind, "").strip())))
        listed = tuple(value for value in listed if value)
        odd = next((value for value in listed if not ENTITY[kind].fullmatch(value)), None)
        if odd is not None:
            raise CorridorError(
                "WEB-SCOPE",
                f"One entry is no {kind.upper()}.",
                todo="A TIN has 9 digits, an NPI 10, a CCN 6 characters, an ACO id letters and digits.",
                field=kind,
            )
        values[kind] = listed
    return Scope(every_row, **values)


def _write_rights(con: Connection, account_id: int, roles: Collection[Role], scope: Scope) -> None:
    con.execute("update account set every_row = ? where account_id = ?", [int(scope.every_row), account_id])
    con.execute("delete from account_role where account_id = ?", [account_id])
    con.execute("delete from account_scope where account_id = ?", [account_id])
    for role in sorted(roles):
        con.execute("insert into account_role values (?, ?)", [account_id, role.value])
    for kind in KINDS:
        for value in scope.values(kind):
            con.execute("insert into account_scope values (?, ?, ?)", [account_id, kind, value])


def _end_tokens(con: Connection, account_id: int) -> None:
    con.execute(
        "update api_token set revoked_at = ? where account_id = ? and revoked_at is null",
        [stamp(), account_id],
    )


def _account(con: Connection, row: Any) -> Account:
    roles = con.execute("select role from account_role where account_id = ?", [row["account_id"]])
    chosen = frozenset(Role(found["role"]) for found in roles)
    entities: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for found in con.execute(
        "select kind, value from account_scope where account_id = ? order by kind, value", [row["account_id"]]
    ):
        entities[found["kind"]].append(found["value"])
    scope = Scope(bool(row["every_row"]), **{kind: tuple(values) for kind, values in entities.items()})
    return Account(
        int(row["account_id"]),
        str(row["name"]),
        chosen,
        scope,
        bool(row["disabled"]),
        bool(row["must_change"]),
        row["locked_until"] is not None and row["locked_until"] > stamp(),
    )


def _count_failure(state: State, account: Account) -> None:
    until = stamp(now() + LOCKED)
    with state.writing() as con:
        con.execute(
            "update account set locked_until = case when failures + 1 >= ? then ? else locked_until end, "
            "failures = case when failures + 1 >= ? then 0 else failures + 1 end where account_id = ?",
            [FAILURES, until, FAILURES, account.account_id],
        )


def _hash(password: str) -> str:
    with _hashing:
        return _hasher.hash(password)


def _matches(hashed: str, password: str) -> bool:
    with _hashing:
        try:
            return _hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def roles_in_order(roles: Collection[Role]) -> Sequence[Role]:
    """Roles in the order they are declared in."""
    return [role for role in Role if role in roles]
