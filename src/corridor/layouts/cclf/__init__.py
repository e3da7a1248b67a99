"""The record layouts of CMS claim and claim line feeds, one YAML file a file type.

A newer packet only ever appended fields, so one list of fields serves all versions of a file
type: a version takes the first so many of them. Source: CCLF Information Packet v36 and v38.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

# In the order in which they can be loaded: people first, headers before lines.
FILE_TYPES = tuple(f"cclf{letter}" for letter in "891234567ab")
# The parser written in C where there is one: ten times as fast, and every command that loads pays for it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Oldest first.
VERSIONS = ("2018", "v33", "v36", "v40")


@dataclass(frozen=True)
class Field:
    """One field of a record. ``start`` and ``end`` count characters from 1, both inclusive.

    type        code | digits | text | date | integer | amount | quantity
    required    a record without it cannot be used
    identifies  "" or: mbi, legacy (HICN, railroad board), person (name, address)
    """

    name: str
    start: int
    end: int
    format: str
    type: str
    required: bool = False
    identifies: str = ""

    @property
    def length(self) -> int:
        """How many characters the field takes."""
        return self.end - self.start + 1


@dataclass(frozen=True)
class Layout:
    """The record of one file type in one version.

    ``record_length`` is in characters, without the end of line. ``filler`` is the text that a
    short test form ends with, else empty. ``shortest_record`` is less than ``record_length``
    only where files with cut trailing blanks are known.
    """

    file_type: str
    version: str
    record_length: int
    fields: tuple[Field, ...]
    about: str
    status: str = "official"
    filler: str = ""
    shortest_record: int = 0

    def field(self, name: str) -> Field:
        """The field of this name."""
        return next(field for field in self.fields if field.name == name)

    def field_at(self, position: int) -> Field | None:
        """The field that holds the character at ``position`` (from 1)."""
        return next((field for field in self.fields if field.start <= position <= field.end), None)


@cache
def layouts(file_type: str) -> tuple[Layout, ...]:
    """Every version of a file type ("cclf0" .. "cclf9", "cclfa", "cclfb"), oldest first, then short forms."""
    text = resources.files(__name__).joinpath(f"{file_type}.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=_LOADER)
    rows = data["fields"]
    found = []
    for version in data["versions"]:
        place = VERSIONS.index(version["version"])
        taken = [
            row
            for row in rows[: version["fields"]]
            if "replaced_in" not in row or VERSIONS.index(row["replaced_in"]) > place
        ]
        found.append(
            Layout(
                file_type,
                version["version"],
                version["record_length"],
                tuple(_field(row) for row in taken),
                version["about"],
                version["status"],
                shortest_record=data.get("shortest_record", version["record_length"]),
            )
        )
    for short in data.get("short_forms", []):
        found.append(
            Layout(
                file_type,
                "short",
                short["record_length"],
                tuple(_field(row) for row in rows[: short["fields"]]),
                "test form with the identifier only",
                "secondary",
                filler=short["filler"],
                shortest_record=short["record_length"],
            )
        )
    return tuple(found)


def layout(file_type: str, version: str) -> Layout:
    """The layout in force at packet ``version``: the newest one that is not younger."""
    upto = VERSIONS.index(version)
    known = [one for one in layouts(file_type) if one.version in VERSIONS[: upto + 1]]
    return known[-1]


@cache
def summary_header() -> tuple[Field, ...]:
    """The fields of the first record of CCLF0, which holds column titles (69 characters)."""
    text = resources.files(__name__).joinpath("cclf0.yaml").read_text(encoding="utf-8")
    return tuple(_field(row) for row in yaml.load(text, Loader=_LOADER)["header"])


def _field(row: dict[str, object]) -> Field:
    kept = {key: value for key, value in row.items() if key not in ("replaced_in", "since")}
    return Field(**kept)  # type: ignore[arg-type]
