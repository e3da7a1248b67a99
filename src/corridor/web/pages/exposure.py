"""Exposure of a health system: its file and forms sent, every program to the horizon, drawn jointly."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from corridor.errors import CorridorError
from corridor.web import exposure_shown as shown
from corridor.web import exposure_store as store
from corridor.web.exposure_store import Held
from corridor.web.guard import Visit, VisitDep
from corridor.web.making import Work
from corridor.web.pages.billing import waiting
from corridor.web.render import page

DRAWS = (2000, 500, 0)
SAMPLE = "exposure_sample"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Only = Annotated[list[str] | None, Query(max_length=60)]
Drawn = Annotated[int | None, Query(ge=0, le=10_000)]


def exposures(visit: VisitDep) -> Response:
    """The form, and the systems this account sent."""
    return _form(visit)


def _form(visit: Visit, error: dict[str, Any] | None = None) -> Response:
    return page(
        visit, "exposures.html.j2", "Exposure", 400 if error else 200, error=error,
        systems=store.systems_of(visit.bench.state, visit.who.account_id), sample=bool(sample_files()),
        files=MOST_SENT, size=store.MOST_BYTES // 1_000_000,
    )  # fmt: skip


MOST_SENT = 40


def sample_files() -> dict[str, bytes]:
    """The fictitious system that anybody can begin with."""
    folder = resources.files("corridor.web") / SAMPLE
    if not folder.is_dir():
        return {}
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


def send(visit: VisitDep) -> Response:
    """Take a system, settle it once without chance to see that it can be, and keep it."""
    try:
        files = store.unpack(sample_files() if visit.text("sample") else _sent(visit))
        with store.laid_out(files) as path:
            found = _exposed(visit, path, (), 0)
    except CorridorError as refused:
        return _form(visit, refused.to_dict())
    system_id = store.keep(visit.bench.state, visit.who.account_id, str(found["system"]), files)
    return RedirectResponse(f"/exposure/{system_id}", 303)


def _sent(visit: Visit) -> dict[str, bytes]:
    given = visit.form.get("files", [])
    listed = given if isinstance(given, list) else [given]
    sent: dict[str, bytes] = {}
    for one in listed:
        if isinstance(one, UploadFile) and one.filename:
            one.file.seek(0)
            sent[str(one.filename)] = one.file.read()
    if not sent:
        raise store.refused("No file was chosen.")
    return sent


def _exposed(visit: Visit, path: Path, only: Sequence[str], draws: int | None) -> dict[str, Any]:
    from corridor.jobs.exposure import exposure_of

    return exposure_of(path, only=only, draws=draws, settings=visit.bench.context().settings).to_dict()


def exposed(visit: Visit, held: Held, only: Sequence[str], draws: int | None) -> Work:
    """The sheet of a system, made behind where it takes longer than a page may."""

    def make(say: Any) -> dict[str, Any]:
        say("Settling every line of every year, draw by draw")
        with store.laid_out(held.files) as path:
            return _exposed(visit, path, only, draws)

    key = ("exposure", held.digest, tuple(only), draws)
    return visit.bench.making.get(key, f"Exposure of {held.title}", make)


def exposure(
    visit: VisitDep, system: int, only: Only = None, draws: Drawn = None, format: str = ""
) -> Response:
    """The sheet; ``only`` names the lines that are on."""
    held = store.find(visit.bench.state, visit.who.account_id, system)
    chosen = tuple(dict.fromkeys(only or ()))
    work = exposed(visit, held, chosen, draws)
    if not work.over.is_set():
        return waiting(visit, work)
    found: dict[str, Any] = work.made
    if format:
        return _file(visit, found, format)
    lines = lines_of(held)
    on = {str(one["line"]) for one in found["lines"]}
    asked = [("only", one) for one in chosen] + ([("draws", str(draws))] if draws is not None else [])
    base = f"/exposure/{system}?"
    return page(
        visit, "exposure.html.j2", f"Exposure of {held.title}", it=found, held=held,
        heading=shown.headline(found), second=shown.second(found), figures=shown.figures(found),
        picture=shown.fan(found), tables=shown.tables(found), sheet=shown.sheet(found),
        assumptions=shown.assumptions(found),
        lines=[(key, f"{key}: {shown.name_of(program)}" if key != program else shown.name_of(program),
                key in on) for key, program in lines],
        every=len(on) == len(lines), draws=[(one, one == found["draws"]) for one in
                                            sorted({*DRAWS, int(found["draws"])}, reverse=True)],
        files=[(kind, base + urlencode([*asked, ("format", kind.lower())])) for kind in ("CSV", "XLSX")],
        api=f"/api/v1{base}" + urlencode(asked),
    )  # fmt: skip


def lines_of(held: Held) -> list[tuple[str, str]]:
    """The lines of a system, on or off: name and program."""
    from corridor.scenarios.exposure_system import read_system

    with store.laid_out(held.files) as path:
        system = read_system(path)
        return [(system.key(at), one.program) for at, one in enumerate(system.described.lines)]


def _file(visit: Visit, found: dict[str, Any], kind: str) -> Response:
    """Rows, totals and assumptions as a workbook, or the rows as CSV. Raises WEB-REQUEST."""
    from corridor.programs.writing import write_results

    if kind not in ("csv", "xlsx"):
        raise CorridorError(
            "WEB-REQUEST", "There is no such kind of file.", todo="Ask for csv or xlsx.", field="format"
        )
    visit.note("download", "exposure")
    rows = [dict(one) for one in found["rows"]]
    names = list(rows[0]) if rows else ["line"]
    sheets = {"Exposure": rows}
    if kind == "xlsx":
        sheets["Totals"] = [dict(one) for one in found["totals"]]
        sheets["Assumptions"] = [
            {**one, "value": str(one.get("value")), "cite": str(one.get("cite"))}
            for one in found["assumptions"]
        ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"exposure.{kind}"
        write_results(path, sheets, names)
        return Response(
            path.read_bytes(),
            media_type=WORKBOOK if kind == "xlsx" else "text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="exposure.{kind}"'},
        )


def forget(visit: VisitDep, system: int) -> Response:
    """Delete a system of one's own."""
    store.find(visit.bench.state, visit.who.account_id, system)
    store.forget(visit.bench.state, visit.who.account_id, system)
    return RedirectResponse("/exposure", 303)
