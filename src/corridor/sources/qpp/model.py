"""What a submission to the Quality Payment Program says, whichever file it stood in.

Names are those of CMS's Submissions API in Python's spelling: ``performance_met`` is ``performanceMet``. A
count that a file leaves out is None, never 0: a measure without exceptions and one whose exceptions were
not said differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

ENTITY_OF_PARTICIPATION = {
    "individual": "individual",
    "group": "group",
    "subgroup": "subgroup",
    "virtual_group": "virtualGroup",
    "apm_entity": "apm",
}
"""Corridor's words for who takes part, and those of the Submissions API."""

PARTICIPATION_OF_ENTITY = {entity: word for word, entity in ENTITY_OF_PARTICIPATION.items()}


@dataclass(frozen=True)
class Proportion:
    """A numerator over a denominator, as interoperability measures are told."""

    numerator: int
    denominator: int


@dataclass(frozen=True)
class SingleRate:
    """The counts of one rate.

    ``initial_population`` is known from QRDA III only, ``stratum`` stands within a multi-rate.
    ``performance_rate`` and ``reporting_rate`` are what the file states, in percent; ``rate()`` and
    ``completeness()`` are what the counts say.
    """

    eligible_population: int
    performance_met: int
    performance_not_met: int | None = None
    eligible_population_exclusion: int | None = None
    eligible_population_exception: int | None = None
    numerator_exclusion: int | None = None
    is_end_to_end_reported: bool | None = None
    performance_rate: float | None = None
    reporting_rate: float | None = None
    stratum: str | None = None
    initial_population: int | None = None

    def reported(self) -> int:
        """Patients of whom it is said what became of them."""
        return (
            self.performance_met
            + (self.performance_not_met or 0)
            + (self.eligible_population_exclusion or 0)
            + (self.eligible_population_exception or 0)
        )

    def rate(self) -> float | None:
        """Met over met and not met, in percent; None where nobody is left to measure."""
        measured = self.performance_met + (self.performance_not_met or 0)
        return 100 * self.performance_met / measured if measured else None

    def completeness(self) -> float | None:
        """The share of the eligible population that was reported, in percent."""
        return 100 * self.reported() / self.eligible_population if self.eligible_population else None


@dataclass(frozen=True)
class MultiRate:
    """A measure of several rates, one a stratum."""

    strata: tuple[SingleRate, ...]
    is_end_to_end_reported: bool | None = None
    performance_rate: float | None = None
    reporting_rate: float | None = None


@dataclass(frozen=True)
class NonProportion:
    """A ratio or continuous variable of a clinical data registry."""

    numerator: float
    denominator: float
    is_end_to_end_reported: bool | None = None
    numerator_exclusion: float | None = None
    denominator_exception: float | None = None
    observation_instances: int | None = None
    reporting_rate: float | None = None


@dataclass(frozen=True)
class Cahps:
    """A score of the patient survey, sent by its vendor."""

    score: float
    reliability: str | None = None
    mask: bool | None = None
    is_below_minimum: bool | None = None


Value = bool | Proportion | SingleRate | MultiRate | NonProportion | Cahps


@dataclass(frozen=True)
class Supplemental:
    """A count by sex, race, ethnicity or payer beside a population of QRDA III."""

    kind: str
    code: str
    count: int


@dataclass(frozen=True)
class Population:
    """One population of a measure in QRDA III: IPOP, DENOM, DENEX, DENEXCEP, NUMER, or a measure's own.

    ``strata`` are pairs of a reporting stratum's identifier and its count.
    """

    kind: str
    population_id: str
    count: int
    supplemental: tuple[Supplemental, ...] = ()
    strata: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class StatedRate:
    """A performance rate as QRDA III states it, between 0 and 1; None is the null value NA."""

    numerator_id: str
    rate: float | None
    text: str = ""


@dataclass(frozen=True)
class Measurement:
    """One measure and its value; ``measure_id`` is empty where no measure data knows the eCQM of a file."""

    measure_id: str
    value: Value
    e_measure_uuid: str | None = None
    populations: tuple[Population, ...] = ()
    stated_rates: tuple[StatedRate, ...] = ()

    def rates(self) -> tuple[SingleRate, ...]:
        """The rates of the measurement: one, one a stratum, or none where it has no rate."""
        if isinstance(self.value, SingleRate):
            return (self.value,)
        return self.value.strata if isinstance(self.value, MultiRate) else ()


@dataclass(frozen=True)
class MeasurementSet:
    """The measurements of one category, sent by one method to one program, over one period."""

    category: str
    submission_method: str
    program_name: str
    performance_start: date
    performance_end: date
    measurements: tuple[Measurement, ...] = ()
    cehrt_id: str | None = None


@dataclass(frozen=True)
class Submission:
    """What one entity reports of one performance year.

    ``performers`` are the pairs of TIN and NPI that QRDA III lists beside the entity itself,
    ``apm_entity_id`` the APM Entity it names for a group or clinician that reports for itself.
    """

    entity_type: str
    performance_year: int
    tin: str | None = None
    npi: str | None = None
    entity_id: str | None = None
    measurement_sets: tuple[MeasurementSet, ...] = ()
    performers: tuple[tuple[str, str], ...] = ()
    apm_entity_id: str | None = None

    @property
    def participation(self) -> str:
        """Corridor's word for who takes part: individual, group, subgroup, virtual_group or apm_entity."""
        return PARTICIPATION_OF_ENTITY.get(self.entity_type, self.entity_type)

    def measurements(self) -> Iterator[tuple[MeasurementSet, Measurement]]:
        """Every measurement with the set it stands in."""
        for one_set in self.measurement_sets:
            for measurement in one_set.measurements:
                yield one_set, measurement
