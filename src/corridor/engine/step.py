"""What a step is: the header of a SQL file, or a decorated Python function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from corridor.engine.files import digest_of
from corridor.errors import CorridorError

HEADER_KEYS = ("step", "makes", "key", "reads", "rules", "cites", "evidence", "owner", "partition")
REQUIRED_KEYS = ("step", "makes", "key", "reads", "cites", "evidence")
_HEADER_LINE = re.compile(r"^--\s*([a-z]+):\s*(.*)$")
_EVIDENCE = re.compile(r"^([a-z_0-9]+\.[a-z_0-9]+)\s*\(([^)]*)\)$")


@dataclass(frozen=True)
class Evidence:
    """The table and columns that open a row of a step further down."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """What every step says of itself."""

    step: str
    makes: str
    key: tuple[str, ...]
    reads: tuple[str, ...]
    rules: tuple[str, ...]
    cites: str
    evidence: Evidence | None
    owner: tuple[str, ...] = ()
    partition: str | None = None
    where: str = ""

    @property
    def source_digest(self) -> str:
        raise NotImplementedError


@dataclass(frozen=True)
class SqlStep(Step):
    """A step written as one select statement."""

    sql: str = ""

    @property
    def source_digest(self) -> str:
        return digest_of(self.sql)


@dataclass
class StepContext:
    """What a Python step may see: the tables it reads, the rules in force, the settings."""

    con: duckdb.DuckDBPyConnection
    force: Any
    settings: Mapping[str, Any] = field(default_factory=dict)

    def numpy(self, query: str) -> dict[str, np.ndarray[Any, Any]]:
        """The rows of a query as one array a column.

        Numbers and booleans with nulls become doubles with NaN; text with nulls holds None.
        """
        columns = self.con.execute(query).fetchnumpy()
        return {column: _plain(values) for column, values in columns.items()}


def _plain(values: Any) -> np.ndarray[Any, Any]:
    if not np.ma.isMaskedArray(values):
        return np.asarray(values)
    if values.dtype == object:
        plain = np.array(values.data, dtype=object)
        plain[np.ma.getmaskarray(values)] = None  # np.ma.filled takes None for "the default", which is "?"
        return plain
    if np.issubdtype(values.dtype, np.datetime64):
        return np.asarray(np.ma.filled(values, np.datetime64("NaT")))
    return np.asarray(np.ma.filled(values.astype(float), np.nan))


StepFunction = Callable[[StepContext], Any]


@dataclass(frozen=True)
class PythonStep(Step):
    """A step that SQL cannot write: a fitted model, formulas over the rows of a table."""

    function: StepFunction | None = None
    source: str = ""

    @property
    def source_digest(self) -> str:
        return digest_of(self.source)


def python_step(
    *,
    step: str,
    makes: str,
    key: Sequence[str],
    reads: Sequence[str],
    cites: str,
    evidence: str,
    rules: Sequence[str] = (),
    owner: Sequence[str] = (),
) -> Callable[[StepFunction], StepFunction]:
    """Declare a Python step; the same facts as the header of a SQL file.

    The function gets a StepContext and returns the columns (name -> array of equal length),
    or (columns, {name: SQL type}) where a type must be fixed; or a query over what it left on its connection,
    for tables too large to pass through arrays of text.
    """
    import inspect

    def declare(function: StepFunction) -> StepFunction:
        source_file = inspect.getsourcefile(function) or ""
        declared = PythonStep(
            step=step,
            makes=makes,
            key=tuple(key),
            reads=tuple(reads),
            rules=tuple(rules),
            cites=cites,
            evidence=parse_evidence(evidence, step),
            owner=tuple(owner),
            where=_place(Path(source_file)) if source_file else "",
            function=function,
            source=_room_digest(Path(source_file)) if source_file else "",
        )
        function.__dict__["corridor_step"] = declared
        return function

    return declare


def _place(source_file: Path) -> str:
    """A file of the package as an error names it."""
    package = Path(__file__).parent.parent
    return str(source_file.relative_to(package)) if source_file.is_relative_to(package) else source_file.name


def _room_digest(source_file: Path) -> str:
    """A Python step changes when any code of its room, or of the formulas below it, changes."""
    package = Path(__file__).parent.parent
    folders = [source_file.parent, package / "formulas"]
    files = sorted({path for folder in folders for path in folder.rglob("*.py")})
    return digest_of([(str(path.name), path.read_text(encoding="utf-8")) for path in files])


def parse_evidence(text: str, where: str) -> Evidence | None:
    """``table(column, column)`` or ``none``."""
    if text.strip().lower() == "none":
        return None
    match = _EVIDENCE.match(text.strip())
    if match is None:
        raise _header_error(where, "evidence", "must read `schema.table(column, column)` or `none`")
    return Evidence(match.group(1), _names(match.group(2)))


def parse_sql_step(text: str, where: str) -> SqlStep:
    """Read a SQL file: header lines first, then one select statement."""
    values: dict[str, str] = {}
    last = ""
    lines = text.splitlines()
    body_at = 0
    for body_at, line in enumerate(lines):
        if not line.startswith("--"):
            break
        match = _HEADER_LINE.match(line)
        if match and match.group(1) in HEADER_KEYS:
            last = match.group(1)
            if last in values:
                raise _header_error(where, last, "is given twice", body_at + 1)
            values[last] = match.group(2).strip()
        elif last:
            values[last] += " " + line.lstrip("- ").strip()
    for key in REQUIRED_KEYS:
        if not values.get(key):
            raise _header_error(where, key, "is missing")
    if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", values["step"]):
        raise _header_error(where, "step", "must read `schema.table` in lower case")
    sql = "\n".join(lines[body_at:]).strip().rstrip(";")
    return SqlStep(
        step=values["step"],
        makes=values["makes"],
        key=_names(values["key"]),
        reads=_names(values["reads"]),
        rules=_names(values.get("rules", "")),
        cites=values["cites"],
        evidence=parse_evidence(values["evidence"], where),
        owner=_names(values.get("owner", "")),
        partition=values.get("partition") or None,
        where=where,
        sql=sql,
    )


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    return () if names == ("none",) else names


def _header_error(where: str, key: str, what: str, line: int | None = None) -> CorridorError:
    return CorridorError(
        "STEP-HEADER",
        f"The header line `{key}` of a step {what}.",
        why="The graph, the manifest and the way down to the claims are read from it.",
        todo="Write the header as docs/steps.md shows.",
        file=where,
        line=line,
        field=key,
    )
