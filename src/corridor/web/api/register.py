"""The data-use register for programs."""

from __future__ import annotations

import json

from fastapi import Response
from fastapi.responses import JSONResponse

from corridor.web import destruction as destroying
from corridor.web import register as kept
from corridor.web.guard import VisitDep
from corridor.web.pages.register import opted_out


def register(visit: VisitDep) -> Response:
    """Agreements with what they cover, deliveries that none covers, and the opt-outs of the last run."""
    found = kept.agreements(visit.bench.state)
    deliveries = visit.bench.warehouse.deliveries()
    today = kept.today()
    return JSONResponse(
        {
            "rows": [{**one.to_dict(), "days_left": one.days_left(today)} for one in found],
            "uncovered": [
                {"source_id": one.source_id, "delivery_id": one.delivery_id}
                for one in kept.uncovered(found, deliveries)
            ],
            "opt_outs": opted_out(visit.bench),
        }
    )


def destructions(visit: VisitDep) -> Response:
    """Every destruction, with its certificate and hash once it has one."""
    rows = [
        {
            **{key: one[key] for key in ("destruction_id", "agreement_id", "begun_by", "begun_at", "reason")},
            "certified_at": one["certified_at"],
            "digest": one["digest"],
            "certificate": json.loads(one["certificate"]) if one["certificate"] else None,
        }
        for one in destroying.destructions(visit.bench.state)
    ]
    return JSONResponse({"rows": rows})
