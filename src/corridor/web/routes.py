"""The table of routes: what there is, and who may use it. Nothing is served that does not stand here."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from corridor.web.roles import ACCOUNTS, AUDIT, DATA, EVERYONE, PATIENTS, RESULTS, Role


@dataclass(frozen=True)
class Route:
    """One route.

    roles    who may use it; None: anybody, signed in or not
    whole    only accounts that see every row
    own      open to an account that must change its password first
    noted    whether each use is written to the audit log
    named    the path parameters that the audit log keeps; never those of a beneficiary
    reach    what a token must be allowed to read, for routes of the API
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


def _get(path: str, handler: str, roles: frozenset[Role] | None, **more: Any) -> Route:
    return Route("GET", path, handler, roles, **more)


def _post(path: str, handler: str, roles: frozenset[Role] | None, **more: Any) -> Route:
    return Route("POST", path, handler, roles, **more)


ROUTES: tuple[Route, ...] = (
    # -- the way in
    _get("/sign-in", "pages.entry:sign_in_form", None),
    _post("/sign-in", "pages.entry:sign_in", None),
    _get("/first-run", "pages.entry:first_run_form", None),
    _post("/first-run", "pages.entry:first_run", None),
    _post("/sign-out", "pages.entry:sign_out", EVERYONE, own=True, noted=True),
    _get("/alive", "pages.entry:alive", None),
    _get("/static/{name}", "pages.static:asset", None),
    # -- results
    _get("/", "pages.home:home", EVERYONE),
    _get("/programs/asm", "pages.asm:asm", RESULTS, noted=True),
    _get("/clinicians", "pages.clinicians:clinicians", RESULTS, noted=True),
    _get("/clinicians/{npi}", "pages.clinician:clinician", RESULTS, noted=True, named=("npi",)),
    _get("/explain/asm/{npi}", "pages.explain:derivation", RESULTS, noted=True, named=("npi",)),
    _get("/explain/asm/{npi}/episodes/{number}", "pages.explain:episode", PATIENTS, named=("npi", "number")),
    # -- what results stand on
    _get("/rules", "pages.rules:rules", EVERYONE),
    _get("/rules/{name}", "pages.rules:rule", EVERYONE),
    _get("/data", "pages.data:data", DATA, whole=True, noted=True),
    # -- one's own account, and those of others
    _get("/account", "pages.account:account", EVERYONE, own=True),
    _post("/account/password", "pages.account:password", EVERYONE, own=True, noted=True),
    _post("/account/tokens", "pages.account:token", EVERYONE, noted=True),
    _post(
        "/account/tokens/{token_id}/revoke", "pages.account:revoke", EVERYONE, noted=True, named=("token_id",)
    ),
    _get("/administration", "pages.administration:accounts", ACCOUNTS),
    _post("/administration/accounts", "pages.administration:add", ACCOUNTS, noted=True),
    _post(
        "/administration/accounts/{account_id}", "pages.administration:change", ACCOUNTS, noted=True,
        named=("account_id",),
    ),
    _post(
        "/administration/accounts/{account_id}/password", "pages.administration:reset", ACCOUNTS, noted=True,
        named=("account_id",),
    ),
    _get("/administration/audit", "pages.administration:log", AUDIT, noted=True),
    # -- the API
    _get("/api/v1/openapi.json", "api.v1:openapi", EVERYONE, reach="tables"),
    _get("/api/v1/tables", "api.v1:tables", RESULTS, reach="tables"),
    _get(
        "/api/v1/tables/{table}", "api.v1:table_rows", RESULTS, noted=True, named=("table",), reach="tables"
    ),
    _get("/api/v1/explain/asm/{npi}", "api.v1:explain", RESULTS, noted=True, named=("npi",), reach="explain"),
    _get("/api/v1/rules", "api.v1:rules", EVERYONE, reach="rules"),
)  # fmt: skip
