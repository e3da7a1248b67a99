"""The files a page loads: two style sheets and three scripts, from this server and from nowhere else."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from fastapi import Response

from corridor.errors import CorridorError

KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
OWN = (
    "app.css",
    "app.js",
    "htmx.min.js",
    "forms.js",
    "load.css",
    "load.js",
    "work.css",
    "planning.css",
    "planning.js",
)
KEPT_SECONDS = 3600


def asset(name: str) -> Response:
    """One of them by name; there is no folder that a name could climb out of."""
    text = _text(name)
    if text is None:
        raise CorridorError("WEB-NOT-FOUND", "There is no such file.", todo="Load the page again.")
    return Response(
        text,
        media_type=KINDS[name.rpartition(".")[2]],
        headers={"Cache-Control": f"public, max-age={KEPT_SECONDS}"},
    )


@lru_cache(maxsize=8)
def _text(name: str) -> str | None:
    if name == "report.css":
        from corridor.reports.html import style

        return style()
    if name == "report.js":
        return (resources.files("corridor.reports") / "templates" / "page.js").read_text(encoding="utf-8")
    if name not in OWN:
        return None
    return (resources.files("corridor.web") / "static" / name).read_text(encoding="utf-8")
