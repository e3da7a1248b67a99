"""Loading by the name of a format: the one table of what Corridor reads."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.sources.summary import LoadSummary, Progress

# format -> (module with load(), what it reads)
FORMATS: dict[str, tuple[str, str]] = {
    "cclf": ("corridor.sources.cclf.load", "CMS claim and claim line feeds (files, folders, zips)"),
    "rif": ("corridor.sources.rif.load", "CMS research identifiable files, pipe-delimited"),
    "synpuf": ("corridor.sources.synpuf.load", "CMS DE-SynPUF 2008-2010"),
    "tuva": ("corridor.sources.tuva.load", "the Tuva input layer (CSV or Parquet)"),
    "fhir": (
        "corridor.sources.fhir.load",
        "FHIR ExplanationOfBenefit and Patient (NDJSON, Bundles, folders)",
    ),
    "x12": ("corridor.sources.x12.load", "X12 5010: 837P, 837I and 835"),
    "roster": ("corridor.sources.org.load", "provider roster"),
    "alr": ("corridor.sources.org.load", "assignment list report, tables 1-1 to 1-5"),
    "participants": ("corridor.sources.org.load", "ACO participant list"),
    "voluntary": ("corridor.sources.org.load", "primary clinicians that people named"),
    "quality": ("corridor.sources.org.load", "quality results and attestations"),
    "quality-results": (
        "corridor.sources.qpp.load",
        "measure results: counts or patients (CSV), QRDA III, QPP JSON, FHIR MeasureReport",
    ),
    "attestation": ("corridor.sources.org.load", "improvement activities and interoperability by practice"),
    "optout": ("corridor.sources.org.load", "data-sharing preferences"),
    "program": ("corridor.sources.org.load", "people enrolled in a care program"),
    "asm-evidence": ("corridor.sources.org.load", "ASM evidence and collaborative care arrangements"),
    "aco-terms": ("corridor.sources.org.load", "terms and own figures of an ACO by performance year"),
    "aco-report": ("corridor.sources.aco_report.load", "CMS's workbooks of an ACO: BNMRK, AEXPU, QEXPU"),
}


def load(
    fmt: str,
    paths: Sequence[Path],
    warehouse: Warehouse,
    options: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Load files of a format. ``options``: source_id, set_aside.

    Raises LOAD-FORMAT, LOAD-NO-SUCH-FILE, and the errors of the source.
    """
    if fmt not in FORMATS:
        raise CorridorError(
            "LOAD-FORMAT",
            f"Corridor knows no input format called {fmt}.",
            why="The format decides how the files are read.",
            todo="Use one of: " + ", ".join(FORMATS) + ".",
            field="FORMAT",
        )
    for path in paths:
        if not path.exists():
            raise CorridorError(
                "LOAD-NO-SUCH-FILE",
                "This file or folder does not exist.",
                todo="Check the path; on most systems names are case-sensitive.",
                file=path,
            )
    settings = {key: value for key, value in (options or {}).items() if value is not None}
    room = importlib.import_module(FORMATS[fmt][0])
    summary: LoadSummary = room.load(paths, warehouse, {"format": fmt, **settings}, progress)
    return summary
