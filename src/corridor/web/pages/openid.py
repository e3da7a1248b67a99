"""Signing in at the configured issuer: off to it, and back."""

from __future__ import annotations

from fastapi import Response
from fastapi.responses import RedirectResponse

from corridor.errors import CorridorError
from corridor.web.guard import Visit, VisitDep
from corridor.web.openid import LASTS
from corridor.web.openid_accounts import account_at
from corridor.web.pages.entry import shown, signed_in, within

COOKIE = "corridor_openid"
SECURE_COOKIE = "__Host-corridor_openid"
BACK = "/sign-in/openid/back"


def begin(visit: VisitDep, next: str = "/") -> Response:
    """To the issuer, with a cookie by which this browser is known when it comes back."""
    provider = visit.bench.openid
    if provider is None or visit.bench.setup.open:
        return RedirectResponse("/sign-in", 303)
    visit.bench.sign_in_limit.take(visit.bench.state, "openid", visit.address)
    try:
        begun = provider.begin(visit.bench.state, _callback(visit), within(next))
    except CorridorError as error:
        return shown(visit, within(next), "", error)
    response = RedirectResponse(begun.address, 303)
    # Lax: it must come along when the issuer sends the browser back.
    response.set_cookie(
        _cookie(visit), begun.browser, max_age=int(LASTS.total_seconds()), httponly=True, samesite="lax",
        secure=visit.bench.secure, path="/",
    )  # fmt: skip
    return response


def back(visit: VisitDep) -> Response:
    """From the issuer: a session for whom it vouches for."""
    provider = visit.bench.openid
    if provider is None:
        return RedirectResponse("/sign-in", 303)
    visit.bench.sign_in_limit.take(visit.bench.state, "openid", visit.address)
    browser = visit.request.cookies.get(_cookie(visit), "")
    try:
        claims, target = provider.finish(
            visit.bench.state, _callback(visit), browser, dict(visit.request.query_params)
        )
        account, told = account_at(visit.bench.state, provider.settings, claims)
    except CorridorError as error:
        visit.note("openid_sign_in", error.code, "refused")
        return shown(visit, "/", "", error)
    visit.account = account
    visit.note("openid_sign_in", told)
    response = signed_in(visit, target if account.roles else "/account")
    response.delete_cookie(_cookie(visit), path="/", secure=visit.bench.secure, httponly=True)
    return response


def _cookie(visit: Visit) -> str:
    return SECURE_COOKIE if visit.bench.secure else COOKIE


def _callback(visit: Visit) -> str:
    """This server as the browser knows it; the guard of host names has passed it already."""
    url = visit.request.url
    return f"{'https' if visit.bench.secure else url.scheme}://{url.netloc}{BACK}"
