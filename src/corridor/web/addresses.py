"""The page docs/web-routes.md: every address of the application and who may use it, from the table of routes.

python -m corridor.web.addresses docs/web-routes.md     # writes it
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from corridor.web.roles import EVERYONE
from corridor.web.route import Route
from corridor.web.routes import ENTRIES, ROUTES

HEAD = """# Every address of the application

From the table of routes, which is all there is: nothing is served that does not stand here, and each address
is tested for every role. In an address, capitals stand for a name or a number. How the pages look:
[a tour](web-tour.md). Made by `python -m corridor.web.addresses docs/web-routes.md`.

*Who* names the roles; *every row* asks in addition for an account that is not limited to some ACOs, TINs or
NPIs. What is *noted* is written to the audit log with each use. Addresses that change something need the
token of their form, those of the API a token that may read what they answer.
"""
PARTS = (
    ("Pages", lambda route: route.method == "GET" and not route.api),
    ("What a form sends", lambda route: route.method != "GET" and not route.api),
    ("The API", lambda route: route.api),
)


def address(route: Route) -> str:
    """The address with its parameters in capitals."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: match[1].upper(), route.path)


def about(route: Route) -> str:
    """Its name in the navigation, and the first sentence of what answers."""
    text = " ".join((inspect.getdoc(route.endpoint()) or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.:])\s", text)[0].rstrip(".:").replace("``", "`").replace("|", "\\|")
    named = next((entry.name for entry in ENTRIES if entry.path == route.path), "")
    return f"**{named}**: {sentence}" if named and route.method == "GET" else sentence


def who(route: Route) -> str:
    """The roles, in a few words."""
    if route.roles is None:
        return "anybody"
    named = "every account" if route.roles == EVERYONE else ", ".join(sorted(route.roles))
    return f"{named}; every row" if route.whole else named


def page(routes: Iterable[Route] = ROUTES) -> str:
    """The whole page."""
    listed = sorted(routes, key=lambda route: (route.path, route.method))
    lines = [HEAD]
    for title, chosen in PARTS:
        lines += [f"## {title}", "", "| address | what it does | who | noted |", "| --- | --- | --- | --- |"]
        for route in filter(chosen, listed):
            verb = "" if route.method == "GET" else f"{route.method} "
            cells = (f"`{verb}{address(route)}`", about(route), who(route), "yes" if route.noted else "")
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
