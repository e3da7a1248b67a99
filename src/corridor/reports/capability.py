"""The capability matrix: which results each loaded source can carry, and what it lacks by design."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

Row = dict[str, Any]

_ORGANISATION = ("roster", "alr", "participants", "quality", "optout", "attestation", "asm-evidence")


@lru_cache(maxsize=1)
def capability() -> dict[str, Any]:
    """layouts/capability.yaml as it stands: `results` (id, name) and `sources` by format."""
    path = files("corridor") / "layouts" / "capability.yaml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def family(fmt: str) -> str:
    """The source family of a format: the organization's own small files are one family."""
    name = fmt.lower()
    if name in capability()["sources"]:
        return name
    return "org" if name in _ORGANISATION or name.startswith("org") else name


def matrix(formats: list[str]) -> list[Row]:
    """One row a loaded family and result: fmt, source, result, answer (yes, partly, no, unknown), why."""
    known = capability()
    rows: list[Row] = []
    for fmt in sorted({family(name) for name in formats}):
        source = known["sources"].get(fmt)
        for result in known["results"]:
            carries = (source or {}).get("carries", {}).get(result["id"])
            rows.append(
                {
                    "fmt": fmt,
                    "source": (source or {}).get("name", fmt),
                    "result": result["name"],
                    "answer": carries["answer"] if carries else "unknown",
                    "why": carries["why"] if carries else "This source has no entry in the capability table.",
                }
            )
    return rows


def lacks(formats: list[str]) -> list[Row]:
    """What the loaded families lack by design: source, what, why, effect."""
    known = capability()["sources"]
    return [
        {"source": known[fmt]["name"], **lack}
        for fmt in sorted({family(name) for name in formats})
        if fmt in known
        for lack in known[fmt]["lacks"]
    ]
