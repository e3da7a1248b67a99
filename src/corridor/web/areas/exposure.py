"""Exposure: what a health system may lose and gain under all its programs together."""

from __future__ import annotations

from corridor.web.groups import PLANNING
from corridor.web.roles import RESULTS
from corridor.web.route import Entry, Route, get, post

LARGEST = 6_000_000  # of the files of one system
ROUTES: tuple[Route, ...] = (
    get("/exposure", "pages.exposure:exposures", RESULTS),
    post("/exposure", "pages.exposure:send", RESULTS, noted=True, largest=LARGEST, files=40),
    get("/exposure/{system}", "pages.exposure:exposure", RESULTS, named=("system",)),
    post("/exposure/{system}/delete", "pages.exposure:forget", RESULTS, noted=True, named=("system",)),
    get("/api/v1/exposure", "api.exposure:systems", RESULTS, reach="scenarios"),
    get("/api/v1/exposure/{system}", "api.exposure:sheet", RESULTS, named=("system",), reach="scenarios"),
)
ENTRIES: tuple[Entry, ...] = (Entry("/exposure", "Exposure", RESULTS, PLANNING),)
