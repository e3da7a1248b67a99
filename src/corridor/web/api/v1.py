"""Version 1: tables through the viewer, derivations, rules; small cells blanked in whatever leaves."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from corridor import __version__
from corridor.jobs.tables import (
    SUPPRESSED,
    columns_of,
    count_rows,
    counting_columns,
    key_of,
    list_tables,
    rows_of,
    suppress_small_cells,
)
from corridor.law import load_rules, programs_with_rules
from corridor.programs.writing import plain
from corridor.web.api.paging import question_of, rows_after, seal, unseal
from corridor.web.explaining import derive
from corridor.web.guard import Visit, VisitDep
from corridor.web.small_cells import refuse_hidden
from corridor.web.viewer import Viewer

MOST_ROWS = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def openapi(visit: VisitDep) -> Response:
    """The description of this API, for tools that read it; it names no server but this."""
    from fastapi.openapi.utils import get_openapi

    app = visit.request.app
    described = get_openapi(
        title="Corridor", version="1", routes=app.routes,
        description="What the pages show, for programs: `Authorization: Bearer` and a token of yours.",
    )  # fmt: skip
    described.setdefault("components", {})["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"}
    }
    return JSONResponse(described)


def tables(visit: VisitDep) -> Response:
    """The tables of the last complete run that this account may see."""
    viewer = visit.run_viewer()
    seen = set(viewer.tables())
    whole = viewer.scope.every_row  # the count of the manifest is that of all rows
    rows = [
        {"table": one.table, "makes": one.makes, "rows": one.rows if whole else None}
        for one in list_tables(viewer)
        if one.table in seen
    ]
    return JSONResponse({"run_id": viewer.run_id, "rows": rows})


def table_rows(
    visit: VisitDep,
    table: str,
    where: Annotated[list[str] | None, Query(description="COLUMN=VALUE, repeatable")] = None,
    columns: Annotated[str, Query(description="with commas between")] = "",
    limit: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 1000,
    format: Literal["json", "csv"] = "json",
    cursor: Annotated[str, Query(max_length=8000, description="of the page before: its `next`")] = "",
) -> Response:
    """Rows of a table in the order of its key, only those in scope.

    `next` holds the cursor of the page that follows (null on the last one); the header `Link` its address.
    With `If-None-Match` and the `ETag` of an earlier answer, 304 says that nothing changed since.
    """
    viewer = visit.run_viewer()
    viewer.table(table)
    tests = dict(part.partition("=")[::2] for part in where or [])
    chosen = [part.strip() for part in columns.split(",") if part.strip()]
    rows_of(viewer, table, tests, chosen, 0)  # refuses what is not there
    refuse_hidden(viewer, table, tests)
    question = question_of(viewer, table, sorted(tests.items()), chosen)
    tag = tag_of(question, limit, format, cursor)
    if unchanged(visit, tag):
        return Response(status_code=304, headers={"ETag": tag})
    after = unseal(visit.bench.state, question, cursor) if cursor else None
    deciding = counting_columns(viewer, table)
    wanted = [*chosen, *(column for column in deciding if column not in chosen)] if chosen else []
    piece = rows_after(viewer, table, tests, wanted, limit, after)
    rows = piece.rows
    headers = {"ETag": tag}
    following = seal(visit.bench.state, question, piece.last) if piece.last else None
    if following:
        headers["Link"] = f'<{visit.request.url.include_query_params(cursor=following)}>; rel="next"'
    if viewer.of_patients(table):
        visit.note("patient_rows", f"{table}, {len(rows)} rows")
    kept = suppress_small_cells(rows, key_of(table), _smallest(viewer))
    names = list(chosen or columns_of(viewer, table)) + ([SUPPRESSED] if deciding else [])
    names = list(dict.fromkeys(names))
    shown = [{name: row[name] for name in names} for row in kept]
    if format == "csv":
        return _csv(table, names, shown, headers)
    total = count_rows(viewer, table, tests)
    answer = {"run_id": viewer.run_id, "table": table, "total": total, "rows": shown, "next": following}
    return JSONResponse(plain(answer), headers=headers)


def explain(visit: VisitDep, npi: str, tin: str = "", quantity: str = "dollars") -> Response:
    """The derivation of a figure of a clinician, as `corridor explain --json` prints it."""
    found = derive(visit, npi, tin, quantity)
    rows = [
        {
            "tin": one.tin, "npi": one.npi, "cohort": one.cohort, "quantity": one.quantity,
            "value": one.node.value, "tree": one.node.to_dict(),
        }
        for one in found
    ]  # fmt: skip
    under = {record["rule"]: record for one in found for record in one.assumptions}
    answer = {
        "program": "asm", "year": found[0].year, "payment_year": found[0].payment_year, "rows": rows,
        "assumptions": [under[name] for name in sorted(under)],
    }  # fmt: skip
    return JSONResponse(plain(answer))


def rules(
    visit: VisitDep, program: str = "asm", year: Annotated[int, Query(ge=2000, le=2100)] = 2027
) -> Response:
    """The rules of a program in force for a performance year."""
    settings = visit.bench.settings
    force = load_rules(
        [program], as_known_on=settings.as_known_on, overrides=settings.overrides, proposed=settings.proposed
    ).in_force(performance_year=year)
    rows = [force[name].to_dict() for name in force.names()]
    return JSONResponse(
        plain({"program": program, "year": year, "rows": rows, "programs": programs_with_rules()})
    )


def _smallest(viewer: Viewer) -> float:
    year = int(viewer.manifest["setting"]["performance_year"])
    return float(load_rules(["claims"]).in_force(performance_year=year).number("claims.cell_size_minimum"))


def tag_of(question: str, *parts: Any) -> str:
    """The ETag of an answer: another version of Corridor may draw the same rows otherwise."""
    return f'"{hashlib.sha256(repr((__version__, question, *parts)).encode()).hexdigest()[:32]}"'


def unchanged(visit: Visit, tag: str) -> bool:
    """Whether who asks has this answer already."""
    given = visit.request.headers.get("if-none-match", "")
    return tag in [part.strip().removeprefix("W/") for part in given.split(",")]


def _csv(
    table: str, names: list[str], rows: list[dict[str, Any]], more: dict[str, str] | None = None
) -> Response:
    """The rows as a file for a spreadsheet; text that would become a formula there is defused."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])
    headers = {**(more or {}), "Content-Disposition": f'attachment; filename="{table}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value
