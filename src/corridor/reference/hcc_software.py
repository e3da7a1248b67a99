"""CMS's own risk adjustment software as tables: SAS macros and format files become the CSV of their kind.

What CMS ships for SAS has no header and no columns. Each file is read for the one thing it states and
written, in a scratch folder, with the header of the reference it belongs to; the importer then reads that
like any other file. A vintage cannot be told from most of these files: they are older than any dated one.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from corridor.engine.tabular import Found
from corridor.errors import CorridorError

Rows = Iterator[Sequence[str]]
_MAPPING_NAME = re.compile(r"^F(2[0-9])\d{2}[A-Z0-9_]*\.txt$", re.IGNORECASE)
_MAPPING_LINE = re.compile(r"^([A-Z][0-9][0-9A-Z]{1,5})\s+(\d{1,3})(?:\s+[A-Z])?\s*$")
_MACRO = re.compile(r"%MACRO\s+([A-Z])(\d{2})(\w*)", re.IGNORECASE)
_SET0 = re.compile(r"%SET0\(\s*CC\s*=\s*(\d+)\s*,\s*HIER\s*=\s*%STR\(([^)]*)\)\s*\)", re.IGNORECASE)
_LABEL = re.compile(r"^\s*HCC(\d+)\s*=\s*\"([^\"]*)\"", re.MULTILINE)
_EDIT = re.compile(
    r"IF\s+(?P<when>[^;]*?)\s+THEN\s+CC\s*=\s*\"(?P<cc>[-.\d]+)\"\s*;", re.IGNORECASE | re.DOTALL
)
_SEX = re.compile(r"&SEX\s*=\s*\"(\d)\"", re.IGNORECASE)
_AGE = re.compile(r"&AGE\s*(<=|>=|<|>)\s*(\d+)", re.IGNORECASE)
_CODES = re.compile(r"\"([A-Z]\d[0-9A-Z]+)\"")
_WIDE_NAME = re.compile(r"hcccoefn\w*\.csv$", re.IGNORECASE)
_PLAIN_TERM = re.compile(
    r"^(?:[A-Z]+_)(?:N?E?[FM]\d+.*|HCC\d+|D\d+P?|LTIMCAID|ORIGDS|OriginallyDisabled_.*|N?MCAID_.*)$"
)

# A macro serves the models of its number: V24 hierarchies and edits are those of ESRD V24 too.
_MODELS = {
    "20": ("esrd_v21",),
    "21": ("esrd_v21",),
    "22": ("v22",),
    "24": ("v24", "esrd_v24"),
    "28": ("v28",),
}
_LONG_NAMES = {
    "v22": "CMS-HCC Model V22",
    "v24": "CMS-HCC Model V24",
    "v28": "CMS-HCC Model V28",
    "esrd_v21": "CMS-HCC ESRD Model V21",
    "esrd_v24": "CMS-HCC ESRD Model V24",
}


def readable(found: Found, scratch: Path) -> Found | None:
    """The file as the importer can read it: itself, a rewritten copy, or None for a program without a table.

    Raises HCC-SOFTWARE for a file of CMS's software that does not hold what its name says.
    """
    if _WIDE_NAME.search(found.name):
        return _written(found, scratch, ("coefficient", "value", "model_domain", "model_version"), _wide)
    if found.suffix != ".txt":
        return found
    text = _text(found)
    if _MAPPING_NAME.match(found.name):
        return _written(found, scratch, ("diagnosis_code", "cc", "model_name"), _mapping)
    if not _MACRO.search(text):
        return found
    if _SET0.search(text):
        header = ("cc_parent", "cc_child", "model_domain", "model_version")
        return _written(found, scratch, header, _hierarchies)
    if _EDIT.search(text) and _MACRO.search(text)[3].upper().startswith("I0ED"):  # type: ignore[index]
        columns = ("icd10", "edit_type", "sex", "age_min", "age_max", "action", "cc_override", "model_name")
        return _written(found, scratch, columns, _edits)
    if _LABEL.search(text):
        return _written(found, scratch, ("cc", "label", "model_domain", "model_version"), _labels)
    return None


def edition(found: Found) -> str | None:
    """What a file of CMS's software calls itself: its place among the files that carry no date."""
    made = _WIDE_NAME.search(found.name) or _MAPPING_NAME.match(found.name)
    if made or (found.suffix == ".txt" and _MACRO.search(_text(found))):
        return plain_stem(found.name)
    return None


def plain_stem(file_name: str) -> str:
    """The name of a file as a part of a vintage."""
    return re.sub(r"[^A-Za-z0-9]+", "-", Path(file_name).stem).strip("-")


def _text(found: Found) -> str:
    return found.path.read_text(encoding="latin-1")


def _written(found: Found, scratch: Path, header: Sequence[str], rows: Callable[[Found], Rows]) -> Found:
    path = Path(tempfile.mkdtemp(prefix="hcc-", dir=scratch)) / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(header)
        count = 0
        for row in rows(found):
            writer.writerow(row)
            count += 1
    if count == 0:
        raise _refused(found, "It holds none of the rows its name promises")
    return Found(path, found.name)


def _refused(found: Found, what: str, line: int | None = None) -> CorridorError:
    return CorridorError(
        "HCC-SOFTWARE",
        f"{what}.",
        why="It has the name of a file of CMS's risk adjustment software, but not its content.",
        todo="Take the file out of CMS's software package again, unchanged.",
        file=found.name,
        line=line,
    )


def _models(found: Found) -> tuple[str, ...]:
    match = _MACRO.search(_text(found))
    number = match[2] if match else ""
    if number not in _MODELS:
        raise _refused(found, f"It is of version {number or 'unknown'}, which Corridor does not know")
    return _MODELS[number]


def _domain(model: str) -> tuple[str, str]:
    """model_domain and model_version of a model, as the dated files write them."""
    return ("ESRD" if model.startswith("esrd") else "CMS-HCC", "V" + model[-2:])


# ---- one kind of file each ------------------------------------------------------------------------


def _mapping(found: Found) -> Rows:
    """``A0103<tab>115<tab>``: code, HCC, and D where the code counts for a second one."""
    number = _MAPPING_NAME.match(found.name)[1]  # type: ignore[index]
    if number not in _MODELS:
        raise _refused(found, f"It is of version {number}, which Corridor does not know")
    for line, text in enumerate(_text(found).splitlines(), start=1):
        match = _MAPPING_LINE.match(text)
        if match:
            yield match[1], match[2], _LONG_NAMES[_MODELS[number][0]]
        elif text.strip():
            raise _refused(found, "A line is not a code and an HCC", line)


def _hierarchies(found: Found) -> Rows:
    """``%SET0(CC=17, HIER=%STR(18, 19 ));``, which may run over lines."""
    for model in _models(found):
        for parent, children in _SET0.findall(_text(found)):
            for child in children.replace(",", " ").split():
                yield parent, child, *_domain(model)


def _labels(found: Found) -> Rows:
    """``HCC1 ="HIV/AIDS "``."""
    for model in _models(found):
        for hcc, label in _LABEL.findall(_text(found)):
            yield f"HCC{hcc}", label.strip(), *_domain(model)


def _edits(found: Found) -> Rows:
    """The mandatory edits: ``IF &AGE < 18 AND &ICD10 IN ("J410", ...) THEN CC="112";``.

    A row of the reference fires up to ``age_max`` or from ``age_min`` on. The edits of the Medicare Code
    Editor stand in formats the macro only names.
    """
    for model in _models(found):
        for match in _EDIT.finditer(_text(found)):
            condition, hcc = match["when"], match["cc"]
            codes = _CODES.findall(condition)
            sex = _SEX.search(condition)
            ages = _AGE.findall(condition)
            if not codes or not (sex or ages):
                continue
            below = [int(n) - (sign == "<") for sign, n in ages if sign in ("<", "<=")]
            above = [int(n) + (sign == ">") for sign, n in ages if sign in (">", ">=")]
            invalid = hcc.startswith("-")
            for code in codes:
                yield (
                    code,
                    "sex" if sex else "age",
                    sex[1] if sex else "",
                    str(above[0]) if above else "",
                    str(below[0]) if below else "",
                    "invalid" if invalid else "override",
                    "" if invalid else hcc,
                    _LONG_NAMES[model],
                )


def _wide(found: Found) -> Rows:
    """One row of names, one of values; the interactions of V28 lack the mark the dated files give them."""
    with found.path.open(encoding="latin-1", newline="") as source:
        lines = [row for row in csv.reader(source) if row]
    if len(lines) != 2 or len(lines[0]) != len(lines[1]):
        raise _refused(found, "It is not one row of names and one of values")
    names = [name.strip() for name in lines[0]]
    domain, version = _wide_model(found, names)
    for name, value in zip(names, lines[1]):
        bare = version == "C28" and not name.endswith("_V28") and not _PLAIN_TERM.match(name)
        yield f"{name}_V28" if bare else name, value.strip(), domain, version


def _wide_model(found: Found, names: Sequence[str]) -> tuple[str, str]:
    """Told by the names that only one model has."""
    prefixes = {name.split("_")[0] for name in names}
    if "GC" in prefixes:
        return "ESRD", "D21"
    if "GNPA" in prefixes:
        return "ESRD", "D24"
    if "CNA_HCC326" in names:
        return "CMS-HCC", "C28"
    if "CNA_HCC138" in names:
        return "CMS-HCC", "C24"
    raise _refused(found, "Its coefficients are of a model Corridor does not know")
