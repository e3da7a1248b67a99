"""Our own results to lay beside CMS's: what ``corridor settle mips --json`` said, or the last run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError
from corridor.programs.agreement.model import Feedback
from corridor.programs.table import read_door_table

Row = Mapping[str, Any]
YES = frozenset({"true", "yes", "1"})


def read_ours(path: Path) -> list[Row]:
    """The rows of a result: JSON with ``rows``, or a table with tin, npi and final_score.

    Raises AGREEMENT-OURS where there are none.
    """
    if not path.is_file():
        raise CorridorError("AGREEMENT-FILE", "There is no such file.", todo="Check the path.", file=path)
    if path.suffix.lower() == ".json":
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise _none(path) from error
        rows = body.get("rows") if isinstance(body, dict) else body
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _none(path)
        found: list[Row] = _with_measures(rows, body.get("measures") if isinstance(body, dict) else None)
    else:
        table = read_door_table(path, ("tin", "npi", "final_score"))
        found = [{name: table.cells[name][at] for name in table.columns} for at in range(len(table.lines))]
    if not found or "final_score" not in found[0]:
        raise _none(path)
    return found


def matched(feedback: Sequence[Feedback], ours: Sequence[Row]) -> list[tuple[Feedback, Row]]:
    """Feedback with our row of the same TIN, NPI and year; by the NPI alone where CMS prints no TIN.

    Of several scores of one TIN and NPI that of the same level of participation, else the one that counts. A
    file about one participant who is not named goes with the only row of ours. Who is in one of the two only,
    or has several scores of which none is meant, is left out.
    """
    if len(feedback) == len(ours) == 1 and not (feedback[0].tin or feedback[0].npi):
        return [(feedback[0], ours[0])]
    by_both: dict[tuple[int | None, str, str], list[Row]] = {}
    by_npi: dict[tuple[int | None, str], list[Row]] = {}
    for row in ours:
        year, npi = _year(row), _text(row, "npi")
        by_both.setdefault((year, _text(row, "tin"), npi), []).append(row)
        by_npi.setdefault((year, npi), []).append(row)
    dated = any(_year(row) is not None for row in ours)
    found = []
    for one in feedback:
        year = one.year if dated else None
        rows = by_both.get((year, one.tin, one.npi)) if one.tin else by_npi.get((year, one.npi))
        named = _of_level(rows or [], one.participation)
        if named is not None and (one.tin or one.npi):
            found.append((one, named))
    return found


def _of_level(rows: Sequence[Row], participation: str) -> Row | None:
    """The one row that is meant; None where that cannot be told."""
    level = [row for row in rows if participation and _text(row, "participation") == participation]
    counting = [row for row in rows if _text(row, "counts").lower() in YES]
    return next((some[0] for some in (level, counting, rows) if len(some) == 1), None)


def _with_measures(rows: Sequence[Row], measures: Any) -> list[Row]:
    """Each row with its measures, which stand beside the rows and name theirs by its place."""
    by_row: dict[int, list[Any]] = {}
    for one in measures if isinstance(measures, list) else []:
        by_row.setdefault(int(one["row"]), []).append(one)
    return [{**row, "measures": by_row.get(at, [])} for at, row in enumerate(rows)]


def _year(row: Row) -> int | None:
    """The performance year of a row of a run; files of one year do not say it."""
    stated = row.get("performance_year")
    return None if stated in (None, "") else int(float(str(stated)))


def _text(row: Row, name: str) -> str:
    return str(row.get(name) or "").strip()


def _none(path: Path) -> CorridorError:
    return CorridorError(
        "AGREEMENT-OURS",
        "The file holds no results of ours.",
        why="It has no rows with a final score.",
        todo="Write it with `corridor settle mips FILE --json`.",
        file=path.name,
    )
