"""The report's page of one clinician, from the rows of this clinician alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corridor.reports import ReportData, categories
from corridor.reports import episodes as episode_reader
from corridor.reports.readers import (
    assumptions_of,
    clinicians_of,
    dollars_of,
    force_of,
    law_of,
    measures_of,
    national_of,
    spread_of,
    years_of,
)
from corridor.reports.tables import rows_of
from corridor.reports.views.index import Index
from corridor.reports.words import real
from corridor.web.guard import Visit
from corridor.web.viewer import Viewer

EVERY_ROW = re.compile(r"^select \* from ([a-z_]+\.[a-z_]+)( order by [a-z_, ]+)?$")


class Narrow:
    """A viewer that reads, of the tables with an NPI, the rows of one clinician only."""

    def __init__(self, viewer: Viewer, npi: str, tin: str) -> None:
        self._viewer, self._npi, self._tin = viewer, npi, tin
        self.manifest: dict[str, Any] = viewer.manifest
        self.run_id: str = viewer.run_id
        self.home: Path = viewer.home

    def has(self, table: str) -> bool:
        """As the viewer."""
        return self._viewer.has(table)

    def query(self, sql: str, parameters: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """As the viewer; a whole table is narrowed before it is read."""
        whole = EVERY_ROW.match(sql)
        if whole and whole[1] != "asm.national_cohort":
            columns = {str(row["column_name"]) for row in self._viewer.query(f"describe {whole[1]}")}
            if {"npi", "tin"} <= columns:
                return self._viewer.query(
                    f"select * from {whole[1]} where npi = ? and (? = '' or tin = ?){whole[2] or ''}",
                    [self._npi, self._tin, self._tin],
                )
        return self._viewer.query(sql, parameters)


def index_of(visit: Visit, viewer: Viewer, npi: str, tin: str) -> Index | None:
    """The look-ups of the clinician's rows; None without a result. What is compared with is made once a "
    "run."""
    narrow = Narrow(viewer, npi, tin)
    year = int(viewer.manifest.get("setting", {}).get("performance_year") or 0)
    settings = viewer.manifest.get("settings", {})
    made = visit.bench.made
    years = made(viewer, "asm years used", lambda: years_of(viewer))
    clinicians = clinicians_of(narrow, years, real(settings.get("indicative_below_coverage")))
    if not clinicians:
        return None
    force = made(viewer, "asm force", lambda: force_of(viewer.manifest, year))
    everybody = rows_of(viewer, "asm.result", ("cohort", "tin", "npi")) if not viewer.has(
        "asm.national_cohort"
    ) else clinicians  # fmt: skip
    dollars = dollars_of(rows_of(narrow, "asm.dollars_by_year", ("tin", "npi", "payment_year")), clinicians)
    found = episode_reader.read(viewer, clinicians, years)
    sums = made(viewer, "asm sums by category", lambda: categories.sums_of(viewer, years))
    return Index(
        ReportData(
            performance_year=year,
            clinicians=clinicians,
            run_id=viewer.run_id,
            synthetic=bool(settings.get("synthetic", False)),
            payment_years=tuple(sorted({int(row["payment_year"]) for row in dollars})),
            measures=measures_of(narrow, clinicians),
            dollars=dollars,
            levers=rows_of(narrow, "asm.lever", ("tin", "npi", "measure")),
            mixes=categories.mixes_of(sums, clinicians),
            national=made(viewer, "asm national", lambda: national_of(viewer, everybody, force)),
            spread=made(viewer, "asm spread", lambda: spread_of(viewer, years)),
            years_used=years,
            law=law_of(clinicians, force),
            assumptions=made(viewer, "asm assumed", lambda: assumptions_of(viewer, force)),
            episodes=found.episodes,
            services=found.services,
        )
    )
