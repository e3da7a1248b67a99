"""The exposure sheet of a health system, from its file: settings and law bound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from corridor.law import load_rules
from corridor.scenarios.exposure import RULES, Exposure, expose
from corridor.settings import Settings, load_settings

__all__ = ["Exposure", "exposure_of"]


def exposure_of(
    path: Path,
    *,
    only: Sequence[str] = (),
    draws: int | None = None,
    settings: Settings | None = None,
    horizon: int | None = None,
    seed: int | None = None,
    overrides: dict[str, object] | None = None,
) -> Exposure:
    """The sheet of a system's file (docs/exposure.md).

    only   programs or names of lines that are on; none: those the file has on
    draws  0 for no chance; None: what the file says, else the default
    Raises EXPOSURE-* for the file, and what the programs' doors and the law raise.
    """
    chosen = settings or load_settings(None)
    rules = load_rules(
        list(RULES),
        as_known_on=chosen.as_known_on,
        overrides={**chosen.overrides, **(overrides or {})},
        proposed=chosen.proposed,
    )
    return expose(
        path, rules, only=only, draws=draws, seed=seed, horizon=horizon,
        fallback=chosen.year, home=chosen.home_folder(),
    )  # fmt: skip
