"""What a submission is checked against: the measures of its year, and the limits of the law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corridor.errors import CorridorError
from corridor.law import RulesInForce
from corridor.reference.qpp import Measure, Qpp
from corridor.sources.qpp.codes import codes

RULES = (
    "mips.data_completeness_minimum",
    "mips.case_minimum",
    "mips.improvement_activity_period_days",
    "mips.promoting_interoperability_period_days",
    "mips.cehrt_required",
)
"""The rules a submission is checked by."""


@dataclass(frozen=True)
class Limits:
    """The numbers of the law that a submission is held against, in a performance year."""

    year: int
    completeness: float
    cases: int
    period_days: dict[str, int]
    certified: frozenset[tuple[str, str]]


def limits_of(force: RulesInForce) -> Limits:
    """The limits in force."""
    return Limits(
        year=force.performance_year,
        completeness=force.number("mips.data_completeness_minimum"),
        cases=int(force.number("mips.case_minimum")),
        period_days={
            "ia": int(force.number("mips.improvement_activity_period_days")),
            "pi": int(force.number("mips.promoting_interoperability_period_days")),
        },
        certified=frozenset(
            (row["category"], row["submission_method"]) for row in force.rows("mips.cehrt_required")
        ),
    )


@dataclass(frozen=True)
class Known:
    """Measures and limits of one year; ``synthetic`` where the data must be told from real clinicians'."""

    qpp: Qpp
    limits: Limits
    synthetic: bool = False

    def __post_init__(self) -> None:
        if not self.qpp.measures:
            raise CorridorError(
                "SUBMIT-NO-MEASURES",
                f"No measures of performance year {self.limits.year} are installed.",
                why="Whether a measure may be submitted, how and by whom, stands in CMS's measure data.",
                todo="`corridor reference add` with measures-data.json of the year.",
            )

    def measure(self, measure_id: str) -> Measure | None:
        """The measure of that id, or None."""
        return self.qpp.measures.get(measure_id)

    def programs(self) -> frozenset[str]:
        """Every program that some measure of the year allows, and every MVP."""
        allowed = {program for one in self.qpp.measures.values() for program in one.programs}
        return frozenset(allowed | set(self.qpp.mvps))

    def entities_of(self, program: str) -> frozenset[str]:
        """The entity types CMS has a program code for; of a pathway, those of traditional MIPS."""
        programs: list[tuple[str, str]] = [(one[0], one[1]) for one in codes()["programs"].values()]
        named = {entity for entity, own in programs if own == program}
        return frozenset(named or {entity for entity, own in programs if own == "mips"})


@dataclass(frozen=True)
class Electronic:
    """A measure as the reader of QRDA III asks for it."""

    measure_id: str
    metric_type: str | None
    numerators: tuple[tuple[str, str], ...]


def electronic_measures(qpp: Qpp) -> dict[str, Electronic] | None:
    """The measures by eMeasure UUID; None where the year's data has no UUIDs, as in 2026 and after."""
    found = dict(_electronic(qpp))
    return found or None


def _electronic(qpp: Qpp) -> Iterator[tuple[str, Electronic]]:
    for one in qpp.measures.values():
        if one.e_measure_uuid:
            numerators = tuple((each.name, each.e_measure_uuid) for each in one.strata if each.e_measure_uuid)
            yield one.e_measure_uuid.lower(), Electronic(one.measure_id, one.metric_type, numerators)
