"""The one guard: who asks, whether the route is theirs, whether the form is ours; then the page is made."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from corridor.errors import CorridorError
from corridor.web import audit
from corridor.web.accounts import Account
from corridor.web.sessions import Session, account_of_token, find_session
from corridor.web.viewer import Viewer
from corridor.web.workbench import Workbench

if TYPE_CHECKING:
    from corridor.web.route import Route

COOKIE = "corridor_session"
SECURE_COOKIE = "__Host-corridor_session"
FORM_COOKIE = "corridor_form"
CSRF_FIELD, CSRF_HEADER = "csrf", "x-csrf-token"
SAFE = ("GET", "HEAD")


@dataclass
class Visit:
    """One request that passed the guard: who asks, and what they sent."""

    request: Request
    bench: Workbench
    session: Session | None = None
    account: Account | None = None
    form: dict[str, Any] = field(default_factory=dict)

    @property
    def who(self) -> Account:
        """The account; every route that is not open has one."""
        if self.account is None:
            raise sign_in_needed()
        return self.account

    @property
    def address(self) -> str:
        """Where the request came from."""
        return self.request.client.host if self.request.client else ""

    @property
    def csrf(self) -> str:
        """What every form of this visit carries."""
        return self.session.csrf if self.session else ""

    def viewer(self) -> Viewer | None:
        """The last complete run as this account sees it."""
        return self.bench.viewer(self.who)

    def run_viewer(self) -> Viewer:
        """The same, where a page makes no sense without a run. Raises WEB-NO-RUN."""
        found = self.viewer()
        if found is None:
            raise CorridorError(
                "WEB-NO-RUN",
                "There is no complete run yet.",
                why="Results come from a run over what is loaded.",
                todo="Load claims with `corridor load`, then `corridor run`; or `corridor demo`.",
            )
        return found

    def text(self, field_name: str) -> str:
        """A field of the form."""
        value = self.form.get(field_name, "")
        return value if isinstance(value, str) else ""

    def note(self, action: str, subject: str = "", outcome: str = "done") -> None:
        """Write to the audit log."""
        name = self.account.name if self.account else ""
        audit.append(self.bench.state, name, action, subject, outcome, self.address)


def visit_of(request: Request) -> Visit:
    """The visit that the guard let in."""
    found: Visit = request.state.visit
    return found


VisitDep = Annotated[Visit, Depends(visit_of)]


def guard(route: Route) -> Callable[[Request], Awaitable[None]]:
    """What every request to a route passes first."""

    async def check(request: Request) -> None:
        visit = Visit(request, request.app.state.bench)
        request.state.visit = visit
        await run_in_threadpool(_who, visit, route)
        if route.largest:
            await run_in_threadpool(_permitted, visit, route)  # before anything large is taken
        if request.method not in SAFE:
            visit.form = await _form(request, route)
        await run_in_threadpool(_may, visit, route)

    return check


async def _form(request: Request, route: Route) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return {}
    form = await request.form(max_fields=route.fields, max_files=route.files)
    return {key: values[0] if len(values := form.getlist(key)) == 1 else list(values) for key in form}


def _who(visit: Visit, route: Route) -> None:
    """Recognise the account: by the cookie, and for the API by a token."""
    request, bench = visit.request, visit.bench
    given = request.headers.get("authorization", "")
    if route.api and given:
        bench.api_limit.take(bench.state, "api", visit.address + given[-16:])
        scheme, _, secret = given.partition(" ")
        found = account_of_token(bench.state, secret.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise sign_in_needed()
        visit.account, reach = found
        if route.reach not in reach:
            raise CorridorError(
                "WEB-FORBIDDEN",
                "This token does not reach that far.",
                todo=f"Make a token that may read {route.reach}, on the page of your account.",
            )
        return
    visit.session = find_session(bench.state, request.cookies.get(cookie_name(bench), ""))
    visit.account = visit.session.account if visit.session else None
    if route.api:
        bench.api_limit.take(bench.state, "api", visit.account.name if visit.account else visit.address)


def _may(visit: Visit, route: Route) -> None:
    """The form is ours, the role fits, the scope suffices; then it is written down."""
    if visit.request.method not in SAFE:
        _check_csrf(visit)
    _permitted(visit, route)
    if route.roles is not None and route.noted:
        visit.note(route.name, route.subject(visit.request))


def _permitted(visit: Visit, route: Route) -> None:
    """The role fits and the scope suffices, or the refusal is written down."""
    if route.roles is None:
        return
    if visit.account is None:
        raise sign_in_needed()
    if visit.account.must_change and not route.own:
        raise CorridorError(
            "WEB-NEW-PASSWORD",
            "Choose a password of your own first.",
            why="The one you have was set by an administrator.",
            todo="Set it on the page of your account.",
        )
    # Whoever has no role yet sees that, and may sign out.
    fits = visit.account.any_of(route.roles) or (route.own and not visit.account.roles)
    if not fits or (route.whole and not visit.account.scope.every_row):
        visit.note(f"{route.name} refused", route.subject(visit.request), "refused")
        raise CorridorError(
            "WEB-FORBIDDEN",
            "Your account may not open this.",
            why="It needs another role." if not fits else "It shows more than the rows you may see.",
            todo="Ask an administrator, if your work needs it.",
        )


def _check_csrf(visit: Visit) -> None:
    """A form must come from a page of ours: it carries what only such a page knows.

    Before somebody is signed in, what it knows is a cookie that no other site can read or set. A request
    with a token in its header is no browser's.
    """
    if visit.account is not None and visit.session is None:
        return
    expected = visit.csrf or visit.request.cookies.get(FORM_COOKIE, "")
    given = visit.request.headers.get(CSRF_HEADER) or visit.text(CSRF_FIELD)
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise CorridorError(
            "WEB-FORM",
            "This form is not one of this session.",
            why="It was left open too long, or sent from another page. Nothing was changed.",
            todo="Open the page again and repeat the last step.",
        )


def cookie_name(bench: Workbench) -> str:
    """Under https the name itself binds the cookie to this host."""
    return SECURE_COOKIE if bench.secure else COOKIE


def sign_in_needed() -> CorridorError:
    """Nobody is signed in."""
    return CorridorError(
        "WEB-SIGN-IN-NEEDED",
        "Sign in first.",
        why="Nothing is shown without an account.",
        todo="Open the sign-in page, or send a token that works.",
    )
