"""One's own account: what it may see, its password, its tokens."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import RedirectResponse

from corridor.errors import CorridorError
from corridor.web import accounts
from corridor.web.guard import Visit, VisitDep
from corridor.web.openid_accounts import linked
from corridor.web.reach import REACH
from corridor.web.render import page
from corridor.web.sessions import TOKEN_DAYS, create_token, revoke_token, tokens_of


def account(visit: VisitDep) -> Response:
    """The page."""
    return _page(visit)


def password(visit: VisitDep) -> Response:
    """A new password, for whoever knows the old one; every other session ends."""
    state, who = visit.bench.state, visit.who
    try:
        visit.bench.sign_in_limit.take(state, "sign-in", visit.address)
        accounts.sign_in(state, who.name, visit.text("old"))
        accounts.set_password(
            state, who, visit.text("new"), must_change=False,
            keep_session=visit.session.session_hash if visit.session else "",
        )  # fmt: skip
    except CorridorError as error:
        return _page(visit, error=error)
    return RedirectResponse("/account" if not who.must_change else "/", 303)


def token(visit: VisitDep) -> Response:
    """A new token, shown this once."""
    reach = visit.form.get("reach", [])
    try:
        made = create_token(
            visit.bench.state, visit.who, visit.text("label"), [reach] if isinstance(reach, str) else reach
        )
    except CorridorError as error:
        return _page(visit, error=error)
    return _page(visit, made=made)


def revoke(visit: VisitDep, token_id: int) -> Response:
    """A token of one's own ends."""
    revoke_token(visit.bench.state, visit.who, token_id)
    return RedirectResponse("/account", 303)


def _page(visit: Visit, error: CorridorError | None = None, made: str = "") -> Response:
    return page(
        visit,
        "account.html.j2",
        "Your account",
        400 if error else 200,
        who=visit.who,
        roles=accounts.roles_in_order(visit.who.roles),
        tokens=tokens_of(visit.bench.state, visit.who),
        reach=REACH,
        days=TOKEN_DAYS,
        made=made,
        error=error.to_dict() if error else None,
        local=visit.who.account_id not in linked(visit.bench.state),
    )
