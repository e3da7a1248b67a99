"""Who may do what: every route by role, read off the one table that the guard enforces."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Response

from corridor.web import roles as sets
from corridor.web.guard import VisitDep
from corridor.web.render import page
from corridor.web.roles import ABOUT, Role
from corridor.web.route import Route

# Why a set of roles may use a route, by the name the set has in web/roles.py.
REASONS: dict[str, str] = {
    "EVERYONE": "holds nothing of anybody",
    "RESULTS": "shows results: not for who only manages accounts",
    "PATIENTS": "shows single patients: only roles that work with them",
    "DATA": "shows what was loaded: those who answer for the data",
    "AUDIT": "shows who did what: those who watch over it",
    "ACCOUNTS": "changes who may see what",
    "LOADERS": "brings data in: those who answer for the data",
}


@dataclass(frozen=True)
class Line:
    """One route as the page shows it."""

    method: str
    path: str
    may: tuple[bool, ...]
    reason: str
    anybody: bool


def role_table(visit: VisitDep) -> Response:
    """Every route and every role."""
    from corridor.web.routes import ROUTES  # routes name pages, of which this is one

    role = visit.request.query_params.get("role", "")
    chosen = next((one for one in Role if one == role), None)
    shown = [route for route in ROUTES if chosen is None or route.roles is None or chosen in route.roles]
    areas: dict[str, list[Line]] = {}
    for route in sorted(shown, key=lambda one: (one.api, one.path, one.method)):
        areas.setdefault(area(route), []).append(line(route))
    signed = [route for route in ROUTES if route.roles is not None]
    return page(
        visit,
        "roles.html.j2",
        "Roles",
        roles=[(one, ABOUT[one], sum(one in (route.roles or ()) for route in signed)) for one in Role],
        areas=areas,
        total=len(signed),
        open_to_all=len(ROUTES) - len(signed),
        chosen=chosen,
    )


def area(route: Route) -> str:
    """The heading a route stands under: the first word of its address."""
    parts = [part for part in route.path.split("/") if part]
    return "API" if route.api else (parts[0].replace("-", " ").capitalize() if parts else "Home")


def line(route: Route) -> Line:
    """Who may use a route, and why."""
    may = tuple(route.roles is None or role in route.roles for role in Role)
    return Line(route.method, route.path, may, reason(route), route.roles is None)


def reason(route: Route) -> str:
    """Why these roles: in words, with what else is asked and that it is written down."""
    if route.roles is None:
        return "needed before anybody is signed in"
    named = next((name for name in REASONS if getattr(sets, name, None) == route.roles), "")
    parts = [REASONS.get(named, "for " + ", ".join(role for role in Role if role in route.roles))]
    if route.whole:
        parts.append("only accounts that see every row")
    if route.reach:
        parts.append(f"tokens that reach {route.reach}")
    if route.noted:
        parts.append("written to the audit log")
    return "; ".join(parts)
