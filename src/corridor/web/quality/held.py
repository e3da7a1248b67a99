"""What a view of quality results is asked for, out of what the run holds; how counts of people are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from corridor.reports.words import COLLECTION_TYPES, MEASURES, SMALLEST_CELL, month_name, people, whole
from corridor.web.answers import Choice
from corridor.web.guard import Visit
from corridor.web.listing import Asked, Shown
from corridor.web.programs.shape import Panel
from corridor.web.viewer import Viewer

LEVELS = {"clinician": "clinicians", "practice": "practices", "entity": "APM entities"}
TYPES = {
    **COLLECTION_TYPES, "qcdr": "QCDR", "medicare_cqm": "Medicare CQM", "claims": "Part B claims",
    "cahps": "CAHPS survey",
}  # fmt: skip
LOAD = (
    "Load what your records and registries report: `corridor load quality-results FILE --source-id NAME` "
    "(CSV, Excel, QRDA III, QPP JSON, FHIR MeasureReport), then `corridor run`."
)
HIDDEN = (
    f"Counts of fewer than {SMALLEST_CELL} patients are not shown to roles that do not work with patients; "
    "a dash stands where another count would tell one."
)
NONE = "No results of quality measures of anybody you may see are loaded"
HELD = """
select performance_year, level, measure_id, count(*) as results, max(period_end) as period_end
from quality.rollup group by all order by performance_year, level, measure_id
"""
NAMES = (
    "(select npi, tin, any_value(clinician_name) as clinician_name from asm.roster group by npi, tin)",
    "(select null as npi, null as tin, null as clinician_name where false)",
)


@dataclass(frozen=True)
class Wanted:
    """One performance year and level of the run, perhaps one measure; how the list is asked for.

    masked  counts of few people are not told: to roles without patients, and in every file; a table with
            such counts has no download
    """

    year: int
    level: str
    measure: str = ""
    tin: str = ""
    npi: str = ""
    entity: str = ""
    asked: Asked = field(default_factory=Asked)
    masked: bool = True
    period_end: date | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """What sums of it are kept under."""
        return self.year, self.level, self.measure, self.masked

    @property
    def to(self) -> str:
        """How far into the year the results reach, for the middle of a sentence."""
        end = self.period_end
        return f" to {month_name(end.year * 100 + end.month)}" if end else ""

    def count(self, value: Any) -> str:
        """A count of people as this account may read it."""
        return people(value) if self.masked else whole(value)

    @property
    def kind(self) -> str:
        """The kind of a column that counts people."""
        return "people" if self.masked else "count"

    @property
    def test(self) -> str:
        """The condition on year, level and measure, with three parameters."""
        return "performance_year = ? and level = ? and (? = '' or measure_id = ?)"

    @property
    def values(self) -> list[Any]:
        """Its parameters."""
        return [self.year, self.level, self.measure, self.measure]


def held(visit: Visit, viewer: Viewer) -> list[dict[str, Any]]:
    """Years, levels and measures of which the run holds results."""
    found = viewer.has("quality.rollup")
    return visit.bench.made(viewer, "quality held", lambda: viewer.query(HELD) if found else [])


def wanted_of(
    visit: Visit, viewer: Viewer, year: int | None, level: str, measure: str, asked: Asked
) -> tuple[Wanted | None, list[Choice]]:
    """What is shown of what was asked for, and what else there is; None where the run holds no results."""
    rows = held(visit, viewer)
    if not rows:
        return None, []
    years = sorted({int(row["performance_year"]) for row in rows})
    of_run = int(viewer.manifest["setting"]["performance_year"])
    chosen = year if year in years else of_run if of_run in years else years[-1]
    levels = [
        key
        for key in LEVELS
        if any(row["level"] == key and row["performance_year"] == chosen for row in rows)
    ]
    at = level if level in levels else levels[0]
    mine = [row for row in rows if row["performance_year"] == chosen and row["level"] == at]
    measures = sorted({str(row["measure_id"]) for row in mine})
    one = measure if measure in measures else ""
    ends = [row["period_end"] for row in mine if row["period_end"] and (not one or row["measure_id"] == one)]
    choices = [
        Choice("level", "Results of", [(key, LEVELS[key]) for key in levels], at),
        Choice("measure", "Measure", [("", "all"), *((key, measure_words(key)) for key in measures)], one),
    ]
    if len(years) > 1:
        choices.insert(0, Choice("year", "Year", [(str(key), str(key)) for key in years], str(chosen)))
    masked = not viewer.patients or bool(asked.file)
    found = Wanted(chosen, at, one, masked=masked, period_end=max(ends) if ends else None)
    more = {**asked.more, "year": str(chosen), "level": at, "measure": one}
    return replace(found, asked=replace(asked, more=more)), choices


def measure_words(measure: Any) -> str:
    """Our short name of a measure where we have one, else its number."""
    return f"{MEASURES[measure]} ({measure})" if measure in MEASURES else f"Measure {measure}"


def type_words(kind: Any) -> str:
    """How a measure is collected, in words."""
    return TYPES.get(str(kind), str(kind).replace("_", " "))


def type_sql() -> str:
    """The same in a query: the column collection_type in words."""
    cases = " ".join(f"when '{key}' then '{words}'" for key, words in TYPES.items())
    return f"case collection_type {cases} else collection_type end"


def labels(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A name for each row: the measure, and how it is reported where it stands there more than once."""
    count = Counter(str(row["measure_id"]) for row in rows)
    return [
        measure_words(row["measure_id"])
        + (f", {type_words(row['collection_type'])}" if count[str(row["measure_id"])] > 1 else "")
        for row in rows
    ]


def names(viewer: Viewer) -> str:
    """The names of clinicians, as a table to join."""
    return NAMES[0] if viewer.has("asm.roster") else NAMES[1]


def whose(level: str) -> Sequence[Shown]:
    """The columns that say whose a row is."""
    if level == "entity":
        return (Shown("entity_id", "Entity"),)
    practice = Shown("tin", "TIN", link="/practices/{tin}")
    if level == "practice":
        return (practice,)
    return (
        Shown("clinician_name", "Clinician", link="/clinicians/{npi}"),
        Shown("npi", "NPI", link="/clinicians/{npi}"),
        practice,
    )


def nothing() -> Panel:
    """What to load."""
    return Panel(NONE, notes=[LOAD])
