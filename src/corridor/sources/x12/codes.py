"""The code lists of ``codes.yaml``, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def codes() -> dict[str, Any]:
    """What qualifiers and codes of the guides mean to the canonical tables."""
    path = resources.files("corridor").joinpath("sources", "x12", "codes.yaml")
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def guide_of(version: str) -> str | None:
    """``professional``, ``institutional`` or ``remittance``; None for a guide Corridor does not read.

    The addenda number (A1, A2, A3) is left out of account: the segments that are read are the same.
    """
    guides: dict[str, str] = codes()["guides"]
    return guides.get(version.partition("A")[0])
