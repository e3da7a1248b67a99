"""Health systems sent in the browser: the system's file and its forms, checked, kept with their account.

No path of a client is used as it came: a name is letters, digits and a few signs, in a folder of its own, and
a system's file may name no form outside it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import lzma
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from corridor.errors import CorridorError
from corridor.web.state import State, stamp

MOST_FILES, MOST_BYTES, MOST_KEPT = 60, 4_000_000, 50
MOST_YAML = 500_000
YAML = (".yaml", ".yml")
FORMS = (".csv", ".tsv", ".txt", ".xlsx", ".json", ".parquet")
# What a zip that is broken, encrypted or packed in an odd way raises.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, OSError, EOFError,
    ValueError,
)  # fmt: skip
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,79}")


@dataclass(frozen=True)
class Held:
    """A system that is kept: its name, when it was sent, and its files by name."""

    system_id: int
    title: str
    made_at: str
    digest: str
    files: dict[str, bytes]


def unpack(sent: Mapping[str, bytes]) -> dict[str, bytes]:
    """What was sent, a zip opened: name -> bytes, the system's file among them. Raises WEB-EXPOSURE-FILES."""
    found: dict[str, bytes] = {}
    for name, content in sent.items():
        if name.lower().endswith(".zip"):
            found |= _opened(content, max(MOST_BYTES - sum(map(len, found.values())), 0))
        else:
            found[_safe(name.replace("\\", "/").rpartition("/")[2])] = content
    if len(found) > MOST_FILES or sum(map(len, found.values())) > MOST_BYTES:
        raise refused(f"More than {MOST_FILES} files or {MOST_BYTES // 1_000_000} MB were sent.")
    if any(str(above) in found for name in found for above in PurePosixPath(name).parents):
        raise refused("One name is a file and a folder too.")
    if len(found[system_of(found)]) > MOST_YAML:
        raise refused(f"The system's file is larger than {MOST_YAML // 1_000} kB: let it name forms.")
    _check_forms(found)
    return found


def system_of(files: Mapping[str, bytes]) -> str:
    """The name of the system's file. Raises WEB-EXPOSURE-FILES where there is none, or more than one."""
    named = [name for name in files if name.lower().endswith(YAML)]
    if len(named) != 1:
        raise refused(
            "There is no YAML file of a system among what was sent."
            if not named
            else f"There are {len(named)} YAML files: which is the system's is not known."
        )
    return named[0]


def _opened(content: bytes, left: int) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist()[: MOST_FILES * 4]:
                last = entry.filename.rpartition("/")[2]
                if entry.is_dir() or entry.filename.startswith("__MACOSX/") or last.startswith("."):
                    continue
                with archive.open(entry) as source:
                    read = source.read(left + 1)  # what an archive says of its sizes is not believed
                left -= len(read)
                if left < 0:
                    raise refused(f"Unpacked, it is larger than {MOST_BYTES // 1_000_000} MB.")
                found[_safe(entry.filename)] = read
    except UNREADABLE as error:
        raise refused("The zip file cannot be opened.") from error
    return _without_folder(found)


def _without_folder(found: dict[str, bytes]) -> dict[str, bytes]:
    """Without the one folder that a zip of a folder puts before every name."""
    heads = {name.partition("/")[0] for name in found}
    if len(heads) == 1 and all("/" in name for name in found):
        return {name.partition("/")[2]: content for name, content in found.items()}
    return found


def _safe(name: str) -> str:
    parts = PurePosixPath(name).parts
    if not parts or len(parts) > 4 or any(not PART.fullmatch(part) or ".." in part for part in parts):
        raise refused("A file has a name that cannot be kept: letters, digits, _ . - and spaces only.")
    if not name.lower().endswith((*YAML, *FORMS)):
        raise refused(f"A file of this kind has no place here: {PurePosixPath(name).suffix[:12] or 'none'}.")
    return "/".join(parts)


def _check_forms(files: Mapping[str, bytes]) -> None:
    """A line may name forms that were sent, and none elsewhere on the server."""
    name = system_of(files)
    try:
        told: Any = yaml.safe_load(files[name].decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return  # the reader of systems says what is wrong, with the line
    lines = told.get("lines") if isinstance(told, dict) else None
    base = PurePosixPath(name).parent
    for line in lines if isinstance(lines, list) else ():
        form = line.get("form") if isinstance(line, dict) else None
        if isinstance(form, str) and str(base / form) not in files:
            raise refused(f"The form {form[:80]!r} was not sent with the system.")


def refused(what: str) -> CorridorError:
    """Files that are not taken."""
    return CorridorError(
        "WEB-EXPOSURE-FILES",
        what,
        todo="Send one zip: the system's YAML file, and the forms it names beside it (CSV, Excel, JSON).",
        field="files",
    )


@contextmanager
def laid_out(files: Mapping[str, bytes]) -> Iterator[Path]:
    """The files in a folder that goes with the block; the path of the system's file."""
    with tempfile.TemporaryDirectory(prefix="corridor-system-") as folder:
        for name, content in files.items():
            path = Path(folder, *PurePosixPath(name).parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield Path(folder, *PurePosixPath(system_of(files)).parts)


def digest_of(files: Mapping[str, bytes]) -> str:
    """What tells these files from any other."""
    made = hashlib.sha256()
    for name in sorted(files):
        made.update(f"{name}\0{len(files[name])}\0".encode())
        made.update(files[name])
    return made.hexdigest()


def keep(state: State, account_id: int, title: str, files: Mapping[str, bytes]) -> int:
    """Keep a system; the same one again is the one that is there. Raises WEB-EXPOSURE-FILES."""
    digest = digest_of(files)
    held = json.dumps({name: base64.b64encode(content).decode() for name, content in files.items()})
    with state.writing() as con:
        row = con.execute(
            "select system_id from exposure_system where account_id = ? and digest = ?", [account_id, digest]
        ).fetchone()
        if row is not None:
            return int(row["system_id"])
        row = con.execute(
            "select count(*) as n from exposure_system where account_id = ?", [account_id]
        ).fetchone()
        if int(row["n"]) >= MOST_KEPT:
            raise refused(f"You keep {MOST_KEPT} systems already: delete one first.")
        row = con.execute(
            "insert into exposure_system (account_id, title, made_at, digest, files) values (?, ?, ?, ?, ?) "
            "returning system_id",
            [account_id, title.strip()[:120], stamp(), digest, held],
        ).fetchone()
        return int(row["system_id"])


def find(state: State, account_id: int, system_id: int) -> Held:
    """A system of an account. Raises WEB-NO-SYSTEM."""
    with state.reading() as con:
        row = con.execute(
            "select * from exposure_system where account_id = ? and system_id = ?", [account_id, system_id]
        ).fetchone()
    if row is None:
        raise CorridorError(
            "WEB-NO-SYSTEM",
            "There is no such system of yours.",
            todo="Send it again on the page Exposure; a system is seen by whoever sent it.",
            field="system",
        )
    files = {name: base64.b64decode(content) for name, content in json.loads(row["files"]).items()}
    return Held(int(row["system_id"]), row["title"], row["made_at"], row["digest"], files)


def systems_of(state: State, account_id: int) -> list[dict[str, Any]]:
    """What an account keeps, the newest first."""
    with state.reading() as con:
        rows = con.execute(
            "select system_id, title, made_at from exposure_system where account_id = ? "
            "order by system_id desc",
            [account_id],
        )
        return [dict(row) for row in rows]


def forget(state: State, account_id: int, system_id: int) -> None:
    """Delete a system of an account."""
    with state.writing() as con:
        con.execute(
            "delete from exposure_system where account_id = ? and system_id = ?", [account_id, system_id]
        )
