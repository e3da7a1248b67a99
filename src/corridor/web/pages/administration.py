"""Accounts with their roles and scope, and the audit log."""

from __future__ import annotations

import secrets

from fastapi import Response
from fastapi.responses import RedirectResponse, StreamingResponse

from corridor.errors import CorridorError
from corridor.web import accounts as people
from corridor.web import audit, audit_file
from corridor.web.accounts import Account
from corridor.web.guard import Visit, VisitDep
from corridor.web.openid_accounts import linked
from corridor.web.render import page
from corridor.web.roles import Role
from corridor.web.scope import KINDS, Scope

LOG_PAGE = 100
CHECKED_UNASKED = 20_000


def accounts(visit: VisitDep) -> Response:
    """Everybody who may sign in."""
    return _page(visit)


def add(visit: VisitDep) -> Response:
    """A new account with a password that must be changed, shown this once."""
    made = secrets.token_urlsafe(12)
    try:
        name = visit.text("name").strip()
        people.create_account(visit.bench.state, name, made, _roles(visit), _scope(visit))
    except CorridorError as error:
        return _page(visit, error=error)
    visit.note("account_added", f"{name} ({', '.join(sorted(_roles(visit)))}; {_scope(visit).words()})")
    return _page(visit, made=(name, made))


def change(visit: VisitDep, account_id: int) -> Response:
    """Other roles, another scope, or an end to it."""
    account = _known(visit, account_id)
    try:
        people.set_rights(
            visit.bench.state, account_id, _roles(visit), _scope(visit), bool(visit.text("disabled"))
        )
    except CorridorError as error:
        return _page(visit, error=error)
    ended = ", disabled" if visit.text("disabled") else ""
    words = f"{account.name} ({', '.join(sorted(_roles(visit)))}; {_scope(visit).words()}{ended})"
    visit.note("account_changed", words)
    return RedirectResponse("/administration", 303)


def reset(visit: VisitDep, account_id: int) -> Response:
    """A new password that must be changed, shown this once; it also unlocks the account."""
    account = _known(visit, account_id)
    if account_id in linked(visit.bench.state):
        raise CorridorError(
            "WEB-ACCOUNT",
            f"{account.name} signs in at the issuer, and has no password here.",
            todo="Set it there; or disable the account here.",
        )
    made = secrets.token_urlsafe(12)
    people.set_password(visit.bench.state, account, made, must_change=True)
    return _page(visit, made=(account.name, made))


def log(visit: VisitDep, before: int | None = None, account: str = "", check: bool = False) -> Response:
    """Who saw or did what, the newest first, and whether the log is whole: a long one only if asked for."""
    records, head = audit.tip(visit.bench.state)
    checked = check or records <= CHECKED_UNASKED
    rows = audit.newest(visit.bench.state, LOG_PAGE, before, account)
    return page(
        visit,
        "audit.html.j2",
        "Audit log",
        rows=rows,
        records=records,
        head=head,
        verdict=audit.verify(visit.bench.state) if checked else None,
        chosen=account,
        earlier=rows[-1]["place"] if len(rows) == LOG_PAGE else None,
    )


def log_file(visit: VisitDep) -> Response:
    """The whole log, one JSON a line, as `corridor audit-log --file` checks it."""
    headers = {"Content-Disposition": 'attachment; filename="audit-log.jsonl"'}
    records = audit.everything(visit.bench.state)
    return StreamingResponse(audit_file.lines(records), media_type="application/jsonl", headers=headers)


def _known(visit: Visit, account_id: int) -> Account:
    found = people.find_account(visit.bench.state, account_id)
    if found is None:
        raise CorridorError("WEB-NOT-FOUND", "There is no such account.", todo="Open the list again.")
    return found


def _roles(visit: Visit) -> list[str]:
    given = visit.form.get("role", [])
    return [given] if isinstance(given, str) else [str(role) for role in given]


def _scope(visit: Visit) -> Scope:
    return people.scope_of(bool(visit.text("every_row")), {kind: visit.text(kind) for kind in KINDS})


def _page(visit: Visit, error: CorridorError | None = None, made: tuple[str, str] | None = None) -> Response:
    found = people.read_accounts(visit.bench.state)
    return page(
        visit,
        "administration.html.j2",
        "Accounts",
        400 if error else 200,
        accounts=found,
        without=sum(not one.roles and not one.disabled for one in found),
        linked=linked(visit.bench.state),
        roles=list(Role),
        kinds=[(kind, kind.upper()) for kind in KINDS],
        made=made,
        error=error.to_dict() if error else None,
    )
