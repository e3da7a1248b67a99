"""Files sent in the browser, kept: each comes in parts, and nothing sent is lost.

A part is written beside its place, made durable, and takes its place by one rename: what is held is what the
folder holds, whatever was killed. No path of a client is used: a file keeps its last name only, checked.

    home/uploads/<batch>/<upload>/parts/000001     a part
    home/uploads/<batch>/files/<name>              the file put together
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from corridor.engine.files import remove_tree
from corridor.errors import CorridorError
from corridor.settings import UploadSettings
from corridor.web.accounts import Account
from corridor.web.state import State, now, stamp
from corridor.web.uploads import (
    GIGABYTE,
    Batch,
    Upload,
    check_format,
    in_words,
    missing,
    safe_name,
    unknown,
)

PART_BYTES = 4 * 1024 * 1024
LARGEST_PART = PART_BYTES + 64 * 1024
MOST_FILES = 400
KEPT = timedelta(days=7)
FOLDER = "uploads"


@dataclass(frozen=True)
class Uploads:
    """The uploads of one warehouse."""

    state: State
    home: Path
    limits: UploadSettings

    @property
    def folder(self) -> Path:
        """Where they are kept."""
        return self.home / FOLDER

    # ---- what there is ----------------------------------------------------------------------

    def batch(self, batch_id: str) -> Batch:
        """A batch by its id. Raises WEB-UPLOAD-UNKNOWN."""
        with self.state.reading() as con:
            row = con.execute("select * from upload_batch where batch_id = ?", [batch_id]).fetchone()
            files = con.execute(
                "select * from upload where batch_id = ? order by place", [batch_id]
            ).fetchall()
        if row is None:
            raise unknown()
        return Batch(
            row["batch_id"], row["account_id"], row["format"], row["source_id"], bool(row["set_aside"]),
            row["state"], row["job_id"], row["created_at"], tuple(self._upload(dict(one)) for one in files),
        )  # fmt: skip

    def upload(self, upload_id: str) -> Upload:
        """A file by its id. Raises WEB-UPLOAD-UNKNOWN."""
        with self.state.reading() as con:
            row = con.execute("select * from upload where upload_id = ?", [upload_id]).fetchone()
        if row is None:
            raise unknown()
        return self._upload(dict(row))

    def open_batches(self) -> list[Batch]:
        """Those that wait: for files, or for somebody to load them again; the newest first."""
        with self.state.reading() as con:
            rows = con.execute(
                "select batch_id from upload_batch where state = 'open' order by created_at desc, batch_id"
            ).fetchall()
        return [self.batch(row["batch_id"]) for row in rows]

    def _upload(self, row: dict[str, Any]) -> Upload:
        parts = self._parts(row["batch_id"], row["upload_id"])
        found = (
            {int(path.name) for path in parts.iterdir() if path.name.isdigit()} if parts.is_dir() else set()
        )
        files = self.files(row["batch_id"])
        target, growing = files / row["name"], files / f".{row['upload_id']}"
        together = target.is_file() and target.stat().st_size == row["bytes"]
        if growing.is_file():  # parts that are in what is being put together
            size = growing.stat().st_size
            up = size + row["part_bytes"] - 1 if size == row["bytes"] else size
            found |= set(range(1, up // row["part_bytes"] + 1))
        return Upload(**{**row, "held": tuple(sorted(found)), "together": together})

    def _parts(self, batch_id: str, upload_id: str) -> Path:
        return self.folder / batch_id / upload_id / "parts"

    def files(self, batch_id: str) -> Path:
        """The folder of the files put together."""
        return self.folder / batch_id / "files"

    # ---- starting ---------------------------------------------------------------------------

    def start_batch(self, account: Account, fmt: str, source_id: str = "", set_aside: bool = False) -> str:
        """A batch without files yet. Raises LOAD-FORMAT and WEB-UPLOAD-SOURCE."""
        check_format(fmt)
        source = source_id.strip()
        if source and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", source):
            raise CorridorError(
                "WEB-UPLOAD-SOURCE",
                "The name of the source has characters it may not have.",
                todo="Use letters, digits and . _ -, at most 64; or leave it empty.",
                field="source_id",
            )
        made = secrets.token_hex(8)
        with self.state.writing() as con:
            con.execute(
                "insert into upload_batch (batch_id, account_id, format, source_id, set_aside, state, "
                "created_at, touched_at) values (?, ?, ?, ?, ?, 'open', ?, ?)",
                [made, account.account_id, fmt, source, int(set_aside), stamp(), stamp()],
            )
        return made

    def start(self, batch_id: str, name: str, size: int, changed: str = "", sha256: str = "") -> Upload:
        """A file of a batch; the same file again is the one begun before, with what is held of it.

        Raises WEB-UPLOAD-NAME, WEB-UPLOAD-SIZE, WEB-UPLOAD-SPACE, WEB-UPLOAD-STATE.
        """
        batch = self.batch(batch_id)
        self._check_open(batch)
        chosen = safe_name(name)
        for one in batch.uploads:
            if one.name.lower() == chosen.lower():
                if (one.name, one.bytes, one.changed) == (chosen, size, changed):
                    return one
                raise CorridorError(
                    "WEB-UPLOAD-NAME",
                    f"Another file called {chosen} was begun already.",
                    why="It differs in size or in when it was changed.",
                    todo="Discard the files that were sent, and send them again.",
                    field="name",
                )
        if len(batch.uploads) >= MOST_FILES:
            raise CorridorError(
                "WEB-UPLOAD-NAME",
                f"A delivery may have at most {MOST_FILES} files here.",
                todo="Put them into one zip file, or load them with `corridor load`.",
                field="name",
            )
        self._check_size(batch, size)
        made = secrets.token_hex(8)
        with self.state.writing() as con:
            con.execute(
                "insert into upload (upload_id, batch_id, place, name, bytes, part_bytes, changed, sha256) "
                "values (?, ?, (select 1 + count(*) from upload where batch_id = ?), ?, ?, ?, ?, ?)",
                [made, batch_id, batch_id, chosen, size, PART_BYTES, changed[:40], sha256.lower()[:64]],
            )
        parts = self._parts(batch_id, made)
        parts.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)  # the files name beneficiaries
        return self.upload(made)

    def _check_size(self, batch: Batch, size: int) -> None:
        most = int(self.limits.most_gigabytes * GIGABYTE)
        if size < 0 or batch.bytes + size > most:
            raise CorridorError(
                "WEB-UPLOAD-SIZE",
                f"A delivery of more than {self.limits.most_gigabytes:g} GB is not taken here.",
                why="The setting uploads.most_gigabytes says so.",
                todo="Load it with `corridor load` on the server, or have the setting raised.",
                field="size",
            )
        self.home.mkdir(parents=True, exist_ok=True)
        waiting = sum(one.bytes - one.bytes_held for one in self.open_batches())
        free = shutil.disk_usage(self.home).free - int(self.limits.free_gigabytes * GIGABYTE)
        # what arrives, one part while it is put together, and the tables made of it
        if waiting + 2 * size + PART_BYTES > free:
            raise CorridorError(
                "WEB-UPLOAD-SPACE",
                f"There is not enough room on the disk for {in_words(size)} more.",
                why=f"{in_words(max(free, 0))} may be used; the file and the tables made of it need twice "
                "its size.",
                todo="Free some space, discard uploads that wait, or load fewer files at once.",
                field="size",
            )

    def _check_open(self, batch: Batch) -> None:
        if batch.state != "open":
            raise CorridorError(
                "WEB-UPLOAD-STATE",
                "This delivery takes no more files.",
                why="It was loaded, is being loaded, or was discarded.",
                todo="Start another on the page Load and run.",
            )

    # ---- parts ------------------------------------------------------------------------------

    def take(self, upload_id: str, number: int, body: bytes, sha256: str = "") -> Upload:
        """Keep a part; one that is held already is not written again.

        Raises WEB-UPLOAD-PART for one of the wrong length or digest, and WEB-UPLOAD-STATE.
        """
        found = self.upload(upload_id)
        if number in found.held or found.together:
            return found
        self._check_open(self.batch(found.batch_id))
        wrong = not body or len(body) != found.length(number)
        if wrong or (sha256 and hashlib.sha256(body).hexdigest() != sha256.lower()):
            raise CorridorError(
                "WEB-UPLOAD-PART",
                f"Part {number} did not arrive as it was sent.",
                why=f"{len(body):,} bytes came, {found.length(number):,} were expected."
                if wrong
                else "Its digest differs.",
                todo="Send it again.",
                field="part",
            )
        folder = self._parts(found.batch_id, upload_id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.keep(folder / f"{number:06d}", body)
        with self.state.writing() as con:
            con.execute(
                "update upload_batch set touched_at = ? where batch_id = ?", [stamp(), found.batch_id]
            )
        return self.upload(upload_id)

    @staticmethod
    def keep(target: Path, body: bytes) -> None:
        """Write whole or not at all, and for good."""
        aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as sink:
            sink.write(body)
            sink.flush()
            os.fsync(sink.fileno())
        aside.rename(target)
        if os.name == "nt":  # where a folder cannot be made durable by itself
            return
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def put_together(self, upload: Upload) -> Path:
        """The file whole; each part is dropped once it is in, and a kill between two loses neither.

        Raises WEB-UPLOAD-PART where parts are missing, or the digest is not the one that was told.
        """
        target = self.files(upload.batch_id) / upload.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        growing = target.parent / f".{upload.upload_id}"
        if not upload.together:
            self._append(upload, growing)
            growing.rename(target)
        if upload.sha256:
            with target.open("rb") as source:
                if hashlib.file_digest(source, "sha256").hexdigest() != upload.sha256:
                    target.unlink()
                    raise missing(upload, "The file is not the one that was announced: its digest differs.")
        return target

    def _append(self, upload: Upload, growing: Path) -> None:
        folder = self._parts(upload.batch_id, upload.upload_id)
        with os.fdopen(os.open(growing, os.O_CREAT | os.O_RDWR, 0o600), "r+b") as sink:
            whole = sink.seek(0, os.SEEK_END) // upload.part_bytes  # parts that are in entirely
            for number in range(1, upload.parts + 1):
                part = folder / f"{number:06d}"
                start = (number - 1) * upload.part_bytes
                inside = number <= whole or growing.stat().st_size == upload.bytes
                if not part.exists():
                    if inside:
                        continue
                    raise missing(upload, "Not every part of the file is here.")
                sink.seek(start)
                sink.write(part.read_bytes())
                sink.flush()
                os.fsync(sink.fileno())
                part.unlink()
            sink.truncate(upload.bytes)

    # ---- the end ----------------------------------------------------------------------------

    def mark(self, batch_id: str, state: str, job_id: int | None = None) -> None:
        """Set the state of a batch; its files go where it was loaded or discarded."""
        with self.state.writing() as con:
            con.execute(
                "update upload_batch set state = ?, job_id = coalesce(?, job_id), touched_at = ? "
                "where batch_id = ?",
                [state, job_id, stamp(), batch_id],
            )
        if state in ("loaded", "discarded"):
            remove_tree(self.folder / batch_id)

    def sweep(self) -> int:
        """Discard what nobody touched for a week; how many batches."""
        with self.state.reading() as con:
            rows = con.execute(
                "select batch_id from upload_batch where state = 'open' and touched_at < ?",
                [stamp(now() - KEPT)],
            ).fetchall()
        for row in rows:
            self.mark(row["batch_id"], "discarded")
        return len(rows)
