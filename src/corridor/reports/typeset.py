"""Documents as PDF: a template of Typst and plain data in, bytes out, the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from corridor.errors import CorridorError
from corridor.reports.palette import LIGHT


def typeset(template: str, data: Mapping[str, Any], title: str) -> bytes:
    """The PDF of ``templates/<template>``; it reads ``data``, ``title`` and the colors of the report.

    Tagged for screen readers (PDF/UA-1), without fonts of the machine and without the time of day. Raises
    REPORT-NO-TYPST where the typesetter is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise CorridorError(
            "REPORT-NO-TYPST",
            "PDF needs the package typst, which is not installed.",
            why="The workbook beside it needs nothing more and is written all the same.",
            todo="Install it: pip install typst",
        ) from error
    given = {"data": data, "title": title, "colors": LIGHT}
    with resources.as_file(resources.files("corridor.reports") / "templates") as folder:
        made: bytes = typst.compile(
            str(folder / template),
            root=str(folder),
            ignore_system_fonts=True,
            sys_inputs={"given": json.dumps(given, allow_nan=False)},
            pdf_standards=["ua-1"],
            timestamp=0,
        )
    return made
