"""States by any of their codes: FIPS, postal, SSA, or name."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import duckdb
import yaml


@cache
def states() -> tuple[dict[str, Any], ...]:
    """Every state and territory: fips, postal, ssa (a list), name."""
    text = resources.files("corridor").joinpath("layouts/reference/_states.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text)["states"])


def add_state_codes(con: duckdb.DuckDBPyConnection) -> None:
    """Make temp table ``state_map`` (kind: ssa, postal, fips or name; code, lower case; fips).

    Source: FIPS 5-2 and the SSA state codes of CMS.
    """
    rows: list[list[str]] = []
    for state in states():
        rows += [["ssa", code, state["fips"]] for code in state["ssa"]]
        rows += [
            ["postal", state["postal"].lower(), state["fips"]],
            ["fips", state["fips"], state["fips"]],
            ["name", state["name"].lower(), state["fips"]],
        ]
    con.execute("create or replace temp table state_map (kind varchar, code varchar, fips varchar)")
    con.executemany("insert into state_map values (?, ?, ?)", rows)
