"""Results: home, programs, clinicians, and how a figure comes about."""

from __future__ import annotations

from corridor.web.groups import PEOPLE, PROGRAMS
from corridor.web.roles import EVERYONE, PATIENTS, RESULTS
from corridor.web.route import Entry, Route, get

OF_CLINICIAN = ("program", "npi")
ROUTES: tuple[Route, ...] = (
    get("/", "pages.home:home", EVERYONE),
    get("/deadlines", "pages.home:dates", EVERYONE),
    get("/deadlines.ics", "pages.home:dates_file", EVERYONE),
    get("/programs", "pages.program:programs", RESULTS),
    get("/programs/{program}", "pages.program:program", RESULTS, noted=True, named=("program",)),
    get("/quality", "pages.quality:quality", RESULTS, noted=True),
    get("/clinicians", "pages.clinicians:clinicians", RESULTS, noted=True),
    get("/clinicians/{npi}", "pages.clinician:clinician", RESULTS, noted=True, named=("npi",)),
    get("/practices", "pages.practices:practices", RESULTS, noted=True),
    get("/practices/{tin}", "pages.practices:practice", RESULTS, noted=True, named=("tin",)),
    get("/explain/{program}/{npi}", "pages.explain:derivation", RESULTS, noted=True, named=OF_CLINICIAN),
    get("/evidence/{table}", "pages.evidence:evidence", RESULTS, noted=True, named=("table",)),
    get("/explain/asm/{npi}/episodes/{number}", "pages.explain:episode", PATIENTS, named=("npi", "number")),
    get("/api/v1/programs", "api.results:programs", RESULTS, noted=True, reach="tables"),
    get("/api/v1/deadlines", "api.results:deadlines", EVERYONE, reach="rules"),
    get(
        "/api/v1/explain/qp/{npi}", "api.results:explain_qp", RESULTS, noted=True, named=("npi",),
        reach="explain",
    ),
    get(
        "/api/v1/evidence/{table}", "api.results:evidence", RESULTS, noted=True, named=("table",),
        reach="tables",
    ),
)  # fmt: skip
ENTRIES: tuple[Entry, ...] = (
    Entry("/", "Home", EVERYONE),
    Entry("/deadlines", "Deadlines", EVERYONE),
    Entry("/programs", "All programs", RESULTS, PROGRAMS),
    Entry("/programs/asm", "Ambulatory Specialty Model", RESULTS, PROGRAMS),
    Entry("/programs/mips", "MIPS", RESULTS, PROGRAMS),
    Entry("/programs/qp", "QP and MIPS status", RESULTS, PROGRAMS),
    Entry("/programs/mssp", "Shared Savings", RESULTS, PROGRAMS),
    Entry("/programs/reach", "ACO REACH", RESULTS, PROGRAMS),
    Entry("/programs/wiser", "Prior authorization", RESULTS, PROGRAMS),
    Entry("/clinicians", "Clinicians", RESULTS, PEOPLE),
    Entry("/practices", "Practices", RESULTS, PEOPLE),
    Entry("/quality", "Quality results", RESULTS, PEOPLE),
)
