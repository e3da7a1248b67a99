"""The way in: the first administrator, sign in, sign out; and a sign of life of the server."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import JSONResponse, RedirectResponse

from corridor.errors import CorridorError
from corridor.web import accounts
from corridor.web.guard import Visit, VisitDep, cookie_name
from corridor.web.render import page
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.sessions import end_session, start_session

UNKNOWN = "an unknown name"
STATUS = {"WEB-OPENID-ISSUER": 502}
FIRST_ROLES = (Role.administrator, Role.analyst)


def alive(visit: VisitDep) -> Response:
    """That the server answers; nothing else."""
    return JSONResponse({"alive": True})


def sign_in_form(visit: VisitDep, next: str = "/") -> Response:
    """The form of name and password."""
    if visit.bench.setup.open:
        return RedirectResponse("/first-run", 303)
    if visit.account is not None:
        return RedirectResponse(within(next), 303)
    return shown(visit, within(next), "", None)


def shown(visit: Visit, target: str, name: str, error: CorridorError | None) -> Response:
    """The page of signing in, with what went wrong."""
    web = visit.bench.settings.web
    return page(
        visit,
        "sign_in.html.j2",
        "Sign in",
        200 if error is None else STATUS.get(error.code, 401),
        next=target,
        name=name,
        error=error.to_dict() if error else None,
        openid=web.openid,
        local=_local(visit),
    )


def sign_in(visit: VisitDep) -> Response:
    """A session for the right password; the same words for every wrong one."""
    name, target = visit.text("name").strip()[:64], within(visit.text("next"))
    try:
        visit.bench.sign_in_limit.take(visit.bench.state, "sign-in", visit.address)
        account = accounts.sign_in(
            visit.bench.state, name, visit.text("password"), only_first=not _local(visit)
        )
    except CorridorError as error:
        known = _known_name(visit, name)
        visit.note("sign_in", known, "refused")
        if error.code == "WEB-TOO-MANY":
            raise
        if known == UNKNOWN:
            error = _as_if_known(visit, name, error)
        return shown(visit, target, name, error)
    visit.account = account
    visit.note("sign_in")
    return signed_in(visit, "/account" if account.must_change else target)


def first_run_form(visit: VisitDep) -> Response:
    """The form that makes the first administrator, while there is no account."""
    if not visit.bench.setup.open:
        return RedirectResponse("/sign-in", 303)
    return page(visit, "first_run.html.j2", "Set up Corridor", name="", error=None)


def first_run(visit: VisitDep) -> Response:
    """The first administrator, who may see every row, for whoever holds the setup token."""
    visit.bench.sign_in_limit.take(visit.bench.state, "sign-in", visit.address)
    name = visit.text("name").strip()
    try:
        visit.bench.setup.check(visit.text("token"))
        account_id = accounts.create_account(
            visit.bench.state, name, visit.text("password"), FIRST_ROLES, Scope(every_row=True),
            must_change=False, first=True,
        )  # fmt: skip
    except CorridorError as error:
        visit.note("first_run", outcome="refused")
        return page(visit, "first_run.html.j2", "Set up Corridor", 400, name=name, error=error.to_dict())
    visit.account = accounts.find_account(visit.bench.state, account_id)
    visit.note("first_run", name)
    return signed_in(visit, "/")


def sign_out(visit: VisitDep) -> Response:
    """The session ends here and on the server."""
    if visit.session is not None:
        end_session(visit.bench.state, visit.session)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(cookie_name(visit.bench), path="/", secure=visit.bench.secure, httponly=True)
    return response


def _local(visit: Visit) -> bool:
    """Whether local accounts may sign in; where there is no issuer nobody else could."""
    web = visit.bench.settings.web
    return web.local_accounts or web.openid is None


def _known_name(visit: Visit, name: str) -> str:
    """The name where there is such an account: what else stands there may be a password."""
    known = {account.name.lower(): account.name for account in accounts.read_accounts(visit.bench.state)}
    return known.get(name.lower(), UNKNOWN)


def _as_if_known(visit: Visit, name: str, error: CorridorError) -> CorridorError:
    """What somebody with that name would be told by now."""
    try:
        visit.bench.unknown_limit.take(visit.bench.state, "unknown", name.lower())
    except CorridorError:
        return accounts.locked()
    return error


def within(target: str) -> str:
    """An address of this server; anything else is the home page."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if safe else "/"


def signed_in(visit: Visit, target: str) -> Response:
    """A new session, whatever cookie the browser brought, and the way to where it wanted to go."""
    if visit.session is not None:
        end_session(visit.bench.state, visit.session)
    secret, _ = start_session(visit.bench.state, visit.who)
    response = RedirectResponse(target, 303)
    response.set_cookie(
        cookie_name(visit.bench), secret, httponly=True, samesite="lax", secure=visit.bench.secure, path="/"
    )
    return response
