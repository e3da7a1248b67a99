"""Sending files: begun, sent in parts or in one plain form, loaded or discarded."""

from __future__ import annotations

import re
from typing import Any

from fastapi import Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import UploadFile

from corridor.errors import CorridorError
from corridor.web import work
from corridor.web.formats import TITLES
from corridor.web.guard import Visit, VisitDep
from corridor.web.upload_store import Uploads
from corridor.web.uploads import REFERENCE, Batch, in_words


def store(visit: Visit) -> Uploads:
    """The uploads of the warehouse that is served."""
    bench = visit.bench
    return Uploads(bench.state, bench.home, bench.settings.uploads)


def begin(visit: VisitDep) -> Response:
    """A delivery to be sent; its files follow."""
    made = store(visit).start_batch(
        visit.who, visit.text("format"), visit.text("source_id"), visit.text("set_aside") == "yes"
    )
    return JSONResponse({"batch": made}, 201)


def batch(visit: VisitDep, batch_id: str) -> Response:
    """What is here of a delivery."""
    return JSONResponse(store(visit).batch(batch_id).to_dict())


def upload(visit: VisitDep) -> Response:
    """A file to be sent, or one to go on with: what is held of it."""
    size = visit.text("size")
    if not re.fullmatch(r"[0-9]{1,15}", size):
        raise CorridorError(
            "WEB-UPLOAD-SIZE", "The size of the file is no number.", todo="Send it in bytes.", field="size"
        )
    sha256 = visit.text("sha256")
    if sha256 and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise CorridorError(
            "WEB-UPLOAD-PART", "That is no SHA-256 digest.", todo="Send 64 digits, or none.", field="sha256"
        )
    found = store(visit).start(
        visit.text("batch"), visit.text("name"), int(size), visit.text("changed"), sha256
    )
    return JSONResponse(found.to_dict(), 201)


def held(visit: VisitDep, upload_id: str) -> Response:
    """Which parts of a file are here."""
    return JSONResponse(store(visit).upload(upload_id).to_dict())


async def part(visit: VisitDep, upload_id: str, number: int) -> Response:
    """One part of a file, as its bytes; sent twice it is kept once."""
    if visit.request.headers.get("content-type", "") != "application/octet-stream":
        raise CorridorError(
            "WEB-UPLOAD-PART",
            "A part is sent as its bytes, not as a form.",
            todo="Send it with the content type application/octet-stream.",
            field="part",
        )
    body = await visit.request.body()
    sha256 = visit.request.headers.get("x-part-sha256", "")
    found = await run_in_threadpool(store(visit).take, upload_id, number, body, sha256)
    return JSONResponse(found.to_dict())


def files(visit: VisitDep) -> Response:
    """Files in one plain form, for browsers without a script: kept, then loaded."""
    uploads = store(visit)
    given = visit.form.get("files", [])
    chosen = [
        one for one in (given if isinstance(given, list) else [given])
        if isinstance(one, UploadFile) and one.filename
    ]  # fmt: skip
    if not chosen:
        raise CorridorError(
            "WEB-UPLOAD-NONE",
            "No file was chosen.",
            todo="Go back, choose the files of one delivery, and send them.",
            field="files",
        )
    batch_id = visit.text("batch") or uploads.start_batch(
        visit.who, visit.text("format"), visit.text("source_id"), visit.text("set_aside") == "yes"
    )
    for one in chosen:
        source = one.file
        size = one.size if one.size is not None else source.seek(0, 2)
        source.seek(0)
        begun = _resumed(uploads, batch_id, one.filename or "", size)
        for number in range(1, begun.parts + 1):
            body = source.read(begun.length(number))
            uploads.take(begun.upload_id, number, body)
    found = uploads.batch(batch_id)
    return RedirectResponse(_queue(visit, uploads, found) if found.complete else "/load", 303)


def _resumed(uploads: Uploads, batch_id: str, name: str, size: int) -> Any:
    """The file begun before under this name and of this size: a plain form does not tell when it changed."""
    from corridor.web.uploads import safe_name

    for one in uploads.batch(batch_id).uploads:
        if (one.name, one.bytes) == (safe_name(name), size):
            return one
    return uploads.start(batch_id, name, size)


def start_load(visit: VisitDep, batch_id: str) -> Response:
    """Load what was sent: a job for the worker."""
    uploads = store(visit)
    found = uploads.batch(batch_id)
    if found.state == "sent" and found.job_id:
        return _answer(visit, f"/jobs/{found.job_id}")
    if found.state != "open" or not found.complete:
        raise CorridorError(
            "WEB-UPLOAD-STATE",
            "This delivery cannot be loaded." if found.state != "open" else "Not every file is here yet.",
            why="It was loaded or discarded before."
            if found.state != "open"
            else f"{in_words(found.bytes - found.bytes_held)} are missing.",
            todo="Send the files on the page Load and run.",
        )
    if visit.text("set_aside") == "yes" and not found.set_aside:
        with visit.bench.state.writing() as con:
            con.execute("update upload_batch set set_aside = 1 where batch_id = ?", [batch_id])
    return _answer(visit, _queue(visit, uploads, found))


def discard(visit: VisitDep, batch_id: str) -> Response:
    """Throw away what was sent and not loaded."""
    uploads = store(visit)
    if uploads.batch(batch_id).state == "sent":
        raise CorridorError(
            "WEB-UPLOAD-STATE",
            "This delivery is being loaded.",
            todo="Cancel its job first, on the page of the job.",
        )
    uploads.mark(batch_id, "discarded")
    return _answer(visit, "/load")


def _queue(visit: Visit, uploads: Uploads, found: Batch) -> str:
    kind = "reference" if found.format == REFERENCE else "load"
    count = len(found.uploads)
    what = found.uploads[0].name if count == 1 else f"{count:,} files"
    title = f"Load {what} as {TITLES.get(found.format, found.format).partition(':')[0]}"
    job = work.ask(visit.bench.state, visit.who, kind, title, {"batch": found.batch_id})
    uploads.mark(found.batch_id, "sent", job)
    return f"/jobs/{job}"


def _answer(visit: Visit, address: str) -> Response:
    """Where to go on: a redirect for a form, its address for a script."""
    if "application/json" in visit.request.headers.get("accept", ""):
        return JSONResponse({"next": address})
    return RedirectResponse(address, 303)
