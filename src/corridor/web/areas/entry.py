"""The way in: signing in and out, the first run, the files a page loads."""

from __future__ import annotations

from corridor.web.roles import EVERYONE
from corridor.web.route import Route, get, post

ROUTES: tuple[Route, ...] = (
    get("/sign-in", "pages.entry:sign_in_form", None),
    post("/sign-in", "pages.entry:sign_in", None),
    get("/sign-in/openid", "pages.openid:begin", None),
    get("/sign-in/openid/back", "pages.openid:back", None),
    get("/first-run", "pages.entry:first_run_form", None),
    post("/first-run", "pages.entry:first_run", None),
    post("/sign-out", "pages.entry:sign_out", EVERYONE, own=True, noted=True),
    get("/alive", "pages.entry:alive", None),
    get("/static/{name}", "pages.static:asset", None),
)  # fmt: skip
