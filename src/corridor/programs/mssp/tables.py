"""Tables in and out of the Python steps: records of a query, and records laid as columns of fixed types."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from corridor.engine import StepContext

Row = dict[str, Any]
TYPES = ("esrd", "disabled", "aged_dual", "aged_non_dual")


def rows_of(ctx: StepContext, query: str) -> list[Row]:
    """The answer of a query as records; absent numbers are NaN, absent text None."""
    columns = ctx.numpy(query)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def laid(
    rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Records as columns of text, with the SQL type each is cast to."""
    columns = {name: np.array([_cell(row.get(name)) for row in rows], dtype=object) for name in types}
    return columns, dict(types)


def _cell(value: Any) -> str | None:
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return repr(float(value)) if isinstance(value, float | np.floating) else str(value)


def present(value: Any) -> float | None:
    """A number, or None where it is absent."""
    return None if value is None or math.isnan(float(value)) else float(value)
