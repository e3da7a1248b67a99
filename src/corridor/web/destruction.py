"""Destroying deliveries: what must go, that it is gone, and the certificate that says so.

Corridor does not remove a delivery by itself: which backups and copies there are only people know. It lists
every place of the warehouse that holds the data or was worked out from them, and certifies what it sees gone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from corridor import __version__
from corridor.engine.files import read_json
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.web import audit
from corridor.web.state import State, stamp

METHOD = "Files removed by the operator; then none of the places listed was found in the warehouse."
PLACES = 40


def plan(home: Path, delivery_ids: Collection[str]) -> dict[str, Any]:
    """What holds these deliveries: the deliveries, every run that read them with its tables, and uploads."""
    held = [one for one in Warehouse.open(home).deliveries() if one.delivery_id in delivery_ids]
    if not held or len(held) != len(set(delivery_ids)):
        raise CorridorError(
            "WEB-DESTRUCTION",
            "There is no such delivery, or none was chosen.",
            todo="Choose deliveries that are in the warehouse. Nothing was changed.",
            field="delivery",
        )
    places = [f"deliveries/{one.delivery_id}" for one in held]
    for run in sorted((home / "runs").glob("*/manifest.json")):
        manifest = read_json(run)
        read = {str(one["delivery_id"]) for one in manifest.get("deliveries", [])}
        if not read.isdisjoint(delivery_ids):
            places.append(f"runs/{run.parent.name}")
            places += [str(output) for step in manifest["steps"] for output in step["outputs"]]
    files = [file for one in held for file in one.record["files"]]
    places += _uploads(home, {(int(file["bytes"]), str(file["sha256"])) for file in files})
    last = max(one.sequence for one in held)
    later = [one for one in Warehouse.open(home).deliveries() if one.sequence > last]
    return {
        "deliveries": [
            {
                "delivery_id": one.delivery_id,
                "source_id": one.source_id,
                "format": one.fmt,
                "loaded_at": one.record["loaded_at"],
                "rows": sum(int(table["rows"]) for table in one.tables.values()),
                "files": [
                    {"name": file["name"], "bytes": file["bytes"], "sha256": file["sha256"]}
                    for file in one.record["files"]
                ],
            }
            for one in held
        ],
        "places": [place for place in dict.fromkeys(places) if (home / place).exists()],
        "numbers_people": any((one.path / "identity").exists() for one in held) and bool(later),
    }


def begin(state: State, who: str, agreement_id: int | None, reason: str, found: dict[str, Any]) -> int:
    """Keep what must go; returns the number of the destruction."""
    if not 1 <= len(reason.strip()) <= 400:
        raise CorridorError(
            "WEB-DESTRUCTION",
            "A destruction needs its reason.",
            todo="Say why: retention has ended, the agreement was ended. Nothing was changed.",
            field="reason",
        )
    with state.writing() as con:
        row = con.execute(
            "insert into destruction (agreement_id, begun_by, begun_at, reason, plan) values (?, ?, ?, ?, ?) "
            "returning destruction_id",
            [agreement_id, who, stamp(), reason.strip(), json.dumps(found, sort_keys=True)],
        ).fetchone()
        return int(row["destruction_id"])


def destructions(state: State) -> list[dict[str, Any]]:
    """Every destruction, the newest first."""
    with state.reading() as con:
        rows = con.execute("select * from destruction order by destruction_id desc")
        return [_read(row) for row in rows]


def destruction(state: State, destruction_id: int) -> dict[str, Any]:
    """One of them. Raises WEB-NOT-FOUND."""
    with state.reading() as con:
        row = con.execute("select * from destruction where destruction_id = ?", [destruction_id]).fetchone()
    if row is None:
        raise CorridorError("WEB-NOT-FOUND", "There is no such destruction.", todo="Open the register again.")
    return _read(row)


def left(home: Path, found: dict[str, Any]) -> list[str]:
    """The places of a plan that still hold something, and what was worked out since."""
    now_there = [place for place in found["places"] if (home / place).exists()]
    ids = {str(one["delivery_id"]) for one in found["deliveries"]}
    there = {one.delivery_id for one in Warehouse.open(home).deliveries()}
    if ids & there:
        now_there += [place for place in plan(home, ids & there)["places"] if place not in now_there]
    for run in sorted((home / "runs").glob("*/manifest.json")):
        read = {str(one["delivery_id"]) for one in read_json(run).get("deliveries", [])}
        place = f"runs/{run.parent.name}"
        if ids & read and place not in now_there:
            now_there.append(place)
    return now_there


def certify(state: State, home: Path, destruction_id: int, who: str, elsewhere: str, address: str) -> str:
    """The certificate's hash, where everything is gone. Raises WEB-DESTRUCTION-LEFT.

    elsewhere: what became of copies outside the warehouse, in the words of who certifies.
    """
    one = destruction(state, destruction_id)
    if one["certificate"]:
        return str(one["digest"])
    remaining = left(home, one["plan"])
    if remaining:
        shown = ", ".join(remaining[:5]) + (f" and {len(remaining) - 5} more" if len(remaining) > 5 else "")
        raise CorridorError(
            "WEB-DESTRUCTION-LEFT",
            f"{len(remaining)} places still hold data: {shown}.",
            why="A certificate is made only when every place is seen to be empty.",
            todo="Remove them, then certify again.",
        )
    if not 1 <= len(elsewhere.strip()) <= 1000:
        raise CorridorError(
            "WEB-DESTRUCTION",
            "Say what became of the copies outside the warehouse.",
            todo="Original files, backups, downloads: destroyed, returned, or none.",
            field="elsewhere",
        )
    moment = stamp()
    certificate = {
        "certificate": destruction_id,
        "corridor_version": __version__,
        "agreement_id": one["agreement_id"],
        "reason": one["reason"],
        "begun_by": one["begun_by"],
        "begun_at": one["begun_at"],
        "certified_by": who,
        "certified_at": moment,
        "method": METHOD,
        "elsewhere": elsewhere.strip(),
        **one["plan"],
    }
    text = canonical(certificate)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with state.writing() as con:
        con.execute(
            "update destruction set certified_at = ?, certificate = ?, digest = ? "
            "where destruction_id = ? and certificate is null",
            [moment, text, digest, destruction_id],
        )
        audit.write(con, who, "destruction_certified", f"{destruction_id} {digest}", "done", address)
    return digest


def canonical(certificate: dict[str, Any]) -> str:
    """The text whose SHA-256 is the hash of the certificate: JSON with sorted keys and no blanks."""
    return json.dumps(certificate, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _uploads(home: Path, wanted: set[tuple[int, str]]) -> list[str]:
    """Files sent in the browser that are those of the deliveries; only those of a fitting size are read."""
    sizes = {size for size, _ in wanted}
    found = []
    for path in sorted((home / "uploads").glob("*/files/**/*")):
        if path.is_file() and path.stat().st_size in sizes:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if (path.stat().st_size, digest) in wanted:
                found.append(path.relative_to(home).as_posix())
    return found


def _read(row: Any) -> dict[str, Any]:
    return {**dict(row), "plan": json.loads(row["plan"])}
