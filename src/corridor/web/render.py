"""Pages from templates: the pieces of the report's own templates inside one frame."""

from __future__ import annotations

import re
import secrets
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from corridor import __version__
from corridor.reports.html import breaks, keep_amounts
from corridor.reports.words import SYNTHETIC
from corridor.web.guard import FORM_COOKIE, Visit
from corridor.web.roles import ABOUT

if TYPE_CHECKING:
    from corridor.web.route import Entry
    from corridor.web.workbench import Workbench

_ANCHOR = re.compile(r'href="#npi-([0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?"')


def linked(markup: str) -> Markup:
    """Links inside the one-file report become links between pages."""
    return Markup(
        _ANCHOR.sub(
            lambda found: f'href="/clinicians/{found[1]}' + (f'?tin={found[2]}"' if found[2] else '"'),
            str(markup),
        )
    )


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the pages, and under ``report/`` those of the report."""
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("corridor.web", "templates"),
                PrefixLoader({"report": PackageLoader("corridor.reports", "templates")}),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["keep"] = keep_amounts
    made.filters["breaks"] = breaks
    made.filters["linked"] = linked
    return made


def page(visit: Visit, template: str, title: str, code: int = 200, **more: Any) -> HTMLResponse:
    """A page in its frame; what a form must carry stands in it as ``csrf``."""
    request, bench = visit.request, visit.bench
    account = visit.account
    csrf = visit.csrf
    fresh = ""
    if not csrf:
        fresh = csrf = request.cookies.get(FORM_COOKIE, "") or secrets.token_urlsafe(32)
    text = (
        environment()
        .get_template(template)
        .render(
            title=title,
            csrf=csrf,
            account=account,
            here=request.url.path,
            pages=_pages(visit),
            about=ABOUT,
            organisation=_organisation(bench),
            synthetic=_synthetic(bench),
            version=__version__,
            **more,
        )
    )
    response = HTMLResponse(text, code)
    response.headers["Vary"] = "HX-Request"
    if fresh:
        response.set_cookie(
            FORM_COOKIE, fresh, httponly=True, samesite="strict", secure=bench.secure, path="/"
        )
    return response


def error_page(request: Request, error: dict[str, Any], status: int) -> HTMLResponse:
    """An error as a page; in the frame of whoever asked, where the guard knew them."""
    visit: Visit = getattr(request.state, "visit", None) or Visit(request, request.app.state.bench)
    return page(visit, "error.html.j2", error["what"], status, error=error)


def _pages(visit: Visit) -> list[tuple[str, list[Entry]]]:
    """The navigation of an account: heading -> its pages."""
    from corridor.web.routes import ENTRIES  # routes name pages, which draw themselves here

    account = visit.account
    if account is None or account.must_change:
        return []
    seen = [
        one for one in ENTRIES if account.any_of(one.roles) and (account.scope.every_row or not one.whole)
    ]
    return [(group, list(entries)) for group, entries in groupby(seen, key=lambda one: one.group)]


def _organisation(bench: Workbench) -> str:
    run = bench.run()
    given = run.manifest.get("settings", {}).get("organisation") if run else ""
    return str(given or bench.settings.organisation or "")


def _synthetic(bench: Workbench) -> str:
    run = bench.run()
    return SYNTHETIC if run and run.manifest.get("settings", {}).get("synthetic") else ""
