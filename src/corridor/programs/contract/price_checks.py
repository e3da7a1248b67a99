"""Prices and units of a reference-price contract that cannot be."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.errors import CorridorError
from corridor.programs.contract.figures import Row


def refuse_excluded(rows: Sequence[Row], file: str) -> None:
    """Raises CONTRACT-FIGURE for a row whose excluded units are more than its units."""
    for row in rows:
        if (row["excluded_units"] or 0) > row["units"]:
            raise CorridorError(
                "CONTRACT-FIGURE",
                "More units are excluded than were dispensed.",
                why="The invoice would be below zero.",
                todo="Give units with those that are excluded in them, and of them excluded_units.",
                file=file,
                line=row["line"],
                field="excluded_units",
            )


def refuse_no_price(row: Row, file: str) -> None:
    """Raises CONTRACT-FIGURE for a price of nothing, or less."""
    given = row["net_price"] is not None
    if (row["net_price"] if given else row["gross_sales"] - row["rebates"]) > 0:
        return
    raise CorridorError(
        "CONTRACT-FIGURE",
        f"The net price of {row['country']} is not above zero.",
        why="It would be the lowest of all; where a drug is not sold there is no price.",
        todo="Remove the row where the drug is not sold; else correct the price, or sales and rebates.",
        file=file,
        line=row["line"],
        field="net_price" if given else "rebates",
    )
