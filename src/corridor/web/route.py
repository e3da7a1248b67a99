"""One route of the application, and one entry of its navigation."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from corridor.web.roles import Role


@dataclass(frozen=True)
class Route:
    """One route.

    roles    who may use it; None: anybody, signed in or not
    whole    only accounts that see every row
    own      open to an account that must change its password first
    noted    whether each use is written to the audit log
    named    the path parameters that the audit log keeps; never those of a beneficiary
    reach    what a token must be allowed to read, for routes of the API
    largest  bytes of a request at most; 0: as every form. Roles are checked before such a body is read
    files    how many files a form of it may carry; fields: how many fields
    """

    method: str
    path: str
    handler: str
    roles: frozenset[Role] | None
    whole: bool = False
    own: bool = False
    noted: bool = False
    named: tuple[str, ...] = ()
    reach: str = ""
    largest: int = 0
    files: int = 0
    fields: int = 200

    @property
    def api(self) -> bool:
        """Whether it answers programs."""
        return self.path.startswith("/api/")

    @property
    def name(self) -> str:
        """What the audit log calls it: ``clinician``, ``sign_out``."""
        return self.handler.rpartition(":")[2]

    def subject(self, request: Request) -> str:
        """What the audit log says was looked at."""
        return " ".join(
            str(request.path_params[key])[:64] for key in self.named if key in request.path_params
        )

    def endpoint(self) -> Callable[..., Any]:
        """The function that answers."""
        module, _, function = self.handler.partition(":")
        found: Callable[..., Any] = getattr(importlib.import_module(f"corridor.web.{module}"), function)
        return found


@dataclass(frozen=True)
class Entry:
    """An entry of the navigation: a page, its name, who sees it, whether only accounts that see every row do.

    group   the heading it stands under; "" for those above all headings
    """

    path: str
    name: str
    roles: frozenset[Role]
    group: str = ""
    whole: bool = False


def get(path: str, handler: str, roles: frozenset[Role] | None, **more: Any) -> Route:
    """A route that shows."""
    return Route("GET", path, handler, roles, **more)


def post(path: str, handler: str, roles: frozenset[Role] | None, **more: Any) -> Route:
    """A route that changes something."""
    return Route("POST", path, handler, roles, **more)
