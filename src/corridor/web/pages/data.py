"""Data health: what was loaded, what was set aside, whether each month is complete."""

from __future__ import annotations

from fastapi import Response

from corridor.reports.tieout import read_tieout
from corridor.reports.views.loads import tieout_section
from corridor.web.guard import VisitDep
from corridor.web.render import page


def data(visit: VisitDep) -> Response:
    """The tie-out of what is loaded now, with the last complete run where there is one."""
    section = tieout_section(read_tieout(visit.bench.home, visit.viewer()))
    return page(visit, "data.html.j2", "Data health", section=section)
