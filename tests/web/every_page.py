"""Every page of the application, by way of the table of routes: an address for each, from the links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from fastapi.testclient import TestClient

from corridor.web.route import Route
from corridor.web.routes import ENTRIES, ROUTES
from tests.web.test_routes import FILLED

HREF = re.compile(r'<a\b[^>]*?\bhref="(/[^"#]*)')
PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
# A link with a query is another state of the same page, and a view of it is all but a page of its own.
STATES, VIEWS = 4, 12
VIEW = re.compile(r"\?(?:view|tab|program)=[^&]+$")


@dataclass
class Pages:
    """Addresses by route: the first link found to it, and a few other states of the page."""

    found: dict[str, list[str]] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)

    def addresses(self, states: int = 0, views: bool = True) -> list[str]:
        """One address a route, each view of it, and up to ``states`` more of each."""
        return [
            address
            for route in sorted(self.found)
            for place, address in enumerate(self.found[route])
            if place <= states or (views and VIEW.search(address))
        ]


def shown() -> list[Route]:
    """The routes that may answer with a page."""
    return [
        route
        for route in ROUTES
        if route.method == "GET" and not route.api and not route.path.startswith(("/static/", "/alive"))
    ]


def pattern(route: Route) -> re.Pattern[str]:
    """The addresses of a route, without a query."""
    pieces = PARAMETER.split(route.path)
    return re.compile("".join(re.escape(p) if n % 2 == 0 else "[^/]+" for n, p in enumerate(pieces)) + "$")


def find_pages(client: TestClient | Any, known: Sequence[str] = (), without: Sequence[str] = ()) -> Pages:
    """Follow links from the pages without parameters until each route that answers with HTML has an address.

    ``known`` are addresses that are looked at first, ``without`` routes that are left out.
    A route that no page links to (nothing of its kind is in the state) gets made-up parameters.
    """
    pages = Pages()
    patterns = [(route, pattern(route)) for route in shown() if route.path not in without]
    waiting = [*known, *(route.path for route, _ in patterns if "{" not in route.path)]
    asked: set[str] = set()
    while waiting:
        address = waiting.pop(0)
        asked.add(address)
        route = next((route for route, one in patterns if one.match(urlsplit(address).path)), None)
        most = VIEWS if VIEW.search(address) else STATES
        if route is None or len(pages.found.get(route.path, ())) > most:
            continue
        answer = client.get(address)
        if answer.status_code != 200 or not answer.headers["content-type"].startswith("text/html"):
            continue
        pages.found.setdefault(route.path, []).append(address)
        waiting += [
            link
            for link in dict.fromkeys(unescape(href) for href in HREF.findall(answer.text))
            if link not in asked and link not in waiting
        ]
    for route, _ in patterns:
        if route.path not in pages.found:
            address = PARAMETER.sub(lambda match: FILLED.get(match[1], "1"), route.path)
            answer = client.get(address)
            if answer.headers.get("content-type", "").startswith("text/html"):
                pages.found[route.path] = [address]
                pages.guessed.add(route.path)
    return pages


# Pages that a reader is shown though the navigation does not name them.
DEEPER = (
    "/clinicians/{npi}", "/explain/{program}/{npi}", "/explain/asm/{npi}/episodes/{number}", "/rules/{name}",
    "/billing/audits/{audit}", "/account",
)  # fmt: skip


def pictured() -> dict[str, str]:
    """Name of a picture -> the route it shows: the entries of the navigation, and what lies under them."""
    paths = [entry.path for entry in ENTRIES]
    routes = [next(route.path for route in shown() if pattern(route).match(path)) for path in paths]
    return {
        "-".join(re.findall(r"[\w-]+", route)) or "home": route for route in dict.fromkeys([*routes, *DEEPER])
    }
