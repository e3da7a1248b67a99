"""One's own account, those of others, and the audit log."""

from __future__ import annotations

from corridor.web.groups import ADMINISTRATION
from corridor.web.roles import ACCOUNTS, AUDIT, EVERYONE
from corridor.web.route import Entry, Route, get, post

ROUTES: tuple[Route, ...] = (
    get("/account", "pages.account:account", EVERYONE, own=True),
    post("/account/password", "pages.account:password", EVERYONE, own=True, noted=True),
    post("/account/tokens", "pages.account:token", EVERYONE, noted=True),
    post(
        "/account/tokens/{token_id}/revoke", "pages.account:revoke", EVERYONE, noted=True, named=("token_id",)
    ),
    get("/administration", "pages.administration:accounts", ACCOUNTS),
    post("/administration/accounts", "pages.administration:add", ACCOUNTS, noted=True),
    post(
        "/administration/accounts/{account_id}", "pages.administration:change", ACCOUNTS, noted=True,
        named=("account_id",),
    ),
    post(
        "/administration/accounts/{account_id}/password", "pages.administration:reset", ACCOUNTS, noted=True,
        named=("account_id",),
    ),
    get("/administration/audit", "pages.administration:log", AUDIT, noted=True),
    get("/administration/audit/file", "pages.administration:log_file", AUDIT, noted=True),
    get("/administration/roles", "pages.role_table:role_table", EVERYONE),
    get("/administration/register", "pages.register:register", AUDIT),
    post("/administration/register/agreements", "pages.register:add", ACCOUNTS),
    post("/administration/register/agreements/{agreement_id}", "pages.register:change", ACCOUNTS),
    post("/administration/register/destructions", "pages.register:begin_destruction", ACCOUNTS),
    get("/administration/register/destructions/{destruction_id}", "pages.register:destruction", AUDIT),
    post("/administration/register/destructions/{destruction_id}", "pages.register:certify", ACCOUNTS),
    get(
        "/administration/register/destructions/{destruction_id}/certificate", "pages.register:certificate",
        AUDIT, noted=True, named=("destruction_id",),
    ),
    get("/api/v1/register", "api.register:register", AUDIT, reach="register"),
    get("/api/v1/register/destructions", "api.register:destructions", AUDIT, reach="register"),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = (
    Entry("/administration", "Accounts", ACCOUNTS, ADMINISTRATION),
    Entry("/administration/register", "Data-use register", AUDIT, ADMINISTRATION),
    Entry("/administration/roles", "Roles", EVERYONE, ADMINISTRATION),
    Entry("/administration/audit", "Audit log", AUDIT, ADMINISTRATION),
)
