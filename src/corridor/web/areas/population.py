"""Population: spend, equity, virtual care, drugs, program effect, utilization, areas and risk."""

from __future__ import annotations

from corridor.web.groups import POPULATION
from corridor.web.roles import RESULTS
from corridor.web.route import Entry, Route, get

ROUTES: tuple[Route, ...] = (
    get("/population", "pages.population:population", RESULTS, noted=True),
    get("/utilization", "pages.utilization:utilization", RESULTS, noted=True),
    get("/risk", "pages.risk:risk", RESULTS, noted=True),
    get("/equity", "pages.equity:equity", RESULTS, noted=True),
    get("/virtual-care", "pages.virtual_care:virtual_care", RESULTS, noted=True),
    get("/drugs", "pages.drugs:drugs", RESULTS, noted=True),
    get("/map", "pages.area_map:area_map", RESULTS, noted=True),
    get("/program-effect", "pages.program_effect:program_effect", RESULTS, noted=True),
)
ENTRIES: tuple[Entry, ...] = (
    Entry("/population", "Spend and need", RESULTS, POPULATION),
    Entry("/utilization", "Utilization", RESULTS, POPULATION),
    Entry("/risk", "Risk scores", RESULTS, POPULATION),
    Entry("/equity", "Equity", RESULTS, POPULATION),
    Entry("/virtual-care", "Virtual care", RESULTS, POPULATION),
    Entry("/drugs", "Drugs and specialty", RESULTS, POPULATION),
    Entry("/map", "By area", RESULTS, POPULATION),
    Entry("/program-effect", "Care programs", RESULTS, POPULATION),
)
