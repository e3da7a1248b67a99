"""The Quality Payment Program's public data in memory: measures, benchmarks, MVPs, clusters, averages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Where the eleven cut points of a benchmark stand in ``Benchmark.cuts``, and as columns of its table.
CUT_NAMES = ("p1", "p10", "p20", "p30", "p40", "p50", "p60", "p70", "p80", "p90", "p99")
SUPPRESSED = "BR-022"  # CMS's reason code


@dataclass(frozen=True)
class Stratum:
    """One rate of a measure, and how an electronic report names its populations.

    The name is '' where there is one rate.
    ``e_measure_uuid`` is that of the numerator, which is of this rate alone.
    """

    name: str
    e_measure_uuid: str | None = None
    initial_population_uuid: str | None = None
    denominator_uuid: str | None = None
    denominator_exclusion_uuid: str | None = None
    denominator_exception_uuid: str | None = None


@dataclass(frozen=True)
class Measure:
    """A measure, activity or requirement of one performance year.

    category             quality, ia, pi or cost
    metric_type          boolean, proportion, singlePerformanceRate, multiPerformanceRate, registry...,
                         nonProportion, cahps, costScore
    overall_algorithm    how several rates become one: simpleAverage, weightedAverage, sumNumerators,
                         overallStratumOnly, split
    methods              submission methods, as CMS writes them (registry, electronicHealthRecord, claims ...)
    suppressed           methods the measure is suppressed for
    cap_removed          methods freed from the cap of a topped-out measure
    benchmark_withdrawn  methods whose historical benchmark CMS took back; benchmark_flat: or made flat
    programs             mips, app1, appPlus, ssp, MVP ids; registrations: individual, group, subgroup ...
    substitutes          measures of interoperability that cannot be reported beside this one
    exclusions           what may be claimed instead; preprod: the attestations of active engagement
    weight               of an improvement activity, to 2024: medium or high
    title                as in the file the user installed
    """

    year: int
    measure_id: str
    category: str
    metric_type: str | None = None
    measure_type: str | None = None
    is_inverse: bool = False
    is_high_priority: bool = False
    is_qcdr: bool = False
    first_performance_year: int | None = None
    last_performance_year: int | None = None
    overall_algorithm: str | None = None
    e_measure_id: str | None = None
    e_measure_uuid: str | None = None
    objective: str | None = None
    reporting_category: str | None = None
    is_required: bool = False
    is_bonus: bool = False
    subcategory_id: str | None = None
    weight: str | None = None
    title: str | None = None
    methods: tuple[str, ...] = ()
    suppressed: frozenset[str] = frozenset()
    cap_removed: frozenset[str] = frozenset()
    benchmark_withdrawn: frozenset[str] = frozenset()
    benchmark_flat: frozenset[str] = frozenset()
    programs: tuple[str, ...] = ()
    registrations: tuple[str, ...] = ()
    measure_sets: tuple[str, ...] = ()
    substitutes: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    preprod: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    strata: tuple[Stratum, ...] = ()

    @property
    def is_outcome(self) -> bool:
        """An outcome, intermediate outcome or patient-reported outcome measure."""
        return self.measure_type in ("outcome", "intermediateOutcome", "patientReportedOutcome")

    def in_program(self, program: str) -> bool:
        """Whether a program (mips, app1, appPlus, an MVP id) allows it."""
        return program in self.programs


@dataclass(frozen=True)
class Benchmark:
    """The cut points of one measure and submission method.

    cuts       eleven, ascending also where lower is better: P1, P10, P20 ... P90, P99
    ladder     what they are: percentile (of rates), deviation (steps of the standard deviation round the
               median), flat (1, 10, 20 ... 90, 99), limited_choice (measures of specialties with few of them)
    is_capped  topped out for long enough that points are capped (isToppedOutByProgram)
    is_provisional  placeholders, not what CMS scores with; every score that rests on it must say so
    """

    year: int
    measure_id: str
    submission_method: str
    benchmark_year: int | None
    cuts: tuple[float, ...]
    is_topped_out: bool = False
    is_capped: bool = False
    is_inverse: bool = False
    is_high_priority: bool = False
    metric_type: str | None = None
    average_rate: float | None = None
    ladder: str = "percentile"
    is_provisional: bool = False
    provisional_reason: str | None = None

    @property
    def median(self) -> float | None:
        """Of a deviation ladder: the middle of P30 and P40 (qpp-data 2.5, mips 5.2); None of any other."""
        return (self.cuts[3] + self.cuts[4]) / 2 if self.ladder == "deviation" else None

    @property
    def standard_deviation(self) -> float | None:
        """Of a deviation ladder: from P30 to P40; None of any other."""
        return self.cuts[4] - self.cuts[3] if self.ladder == "deviation" else None


@dataclass(frozen=True)
class BenchmarkExclusion:
    """Why a measure and method have no benchmark: CMS's reason codes (BR-009, BR-022, ...)."""

    year: int
    measure_id: str
    submission_method: str
    reason_codes: tuple[str, ...]
    benchmark_year: int | None = None


@dataclass(frozen=True)
class CostAverage:
    """The national mean of a cost measure, dollars."""

    year: int
    measure_id: str
    group_average: float | None
    individual_average: float | None
    benchmark_year: int | None = None


@dataclass(frozen=True)
class Mvp:
    """A MIPS Value Pathway: its measures by role."""

    year: int
    mvp_id: str
    title: str | None = None
    quality: tuple[str, ...] = ()
    improvement: tuple[str, ...] = ()
    cost: tuple[str, ...] = ()
    interoperability: tuple[str, ...] = ()
    foundation_quality: tuple[str, ...] = ()
    administrative: tuple[str, ...] = ()
    has_cahps: bool = False
    has_outcome_administrative: bool = False

    def role(self, name: str) -> tuple[str, ...]:
        """Its measures of a role, as ``reference.qpp_mvp_measure`` names it."""
        return tuple(getattr(self, name))


MVP_ROLES = ("quality", "improvement", "cost", "interoperability", "foundation_quality", "administrative")


@dataclass(frozen=True)
class Cluster:
    """Measures that are applicable together. kind: specialty_set or clinical_cluster."""

    year: int
    submission_method: str
    name: str
    kind: str
    measure_ids: tuple[str, ...]


@dataclass(frozen=True)
class ClaimsCode:
    """One code of a Part B claims measure.

    element   encounter, diagnosis, diagnosis_exclusion, and what must be there besides (additional_encounter,
              additional_diagnosis); of a quality code met, not_met, exclusion, exception
    option    CMS's option group: the submission criterion the code belongs to; criterion: its place, from 0
    choice    quality codes of one choice must all be there; of several choices of an element one is enough;
              encounters and diagnoses of one choice go together
    modifier, modifier_excluded, place_of_service_excluded   lists, separated by commas; None: any
    """

    year: int
    measure_id: str
    element: str
    option: str
    criterion: int
    choice: int
    coding_system: str
    code: str
    modifier: str | None = None
    modifier_excluded: str | None = None
    place_of_service: str | None = None
    place_of_service_excluded: str | None = None
    age: str | None = None
    age_least: int | None = None
    age_most: int | None = None
    sex: str | None = None


@dataclass(frozen=True)
class Qpp:
    """The public data of one performance year.

    digests  SHA-256 of the files it was read from, by their name: goes into every result that rests on them
    reports  what the checks of the loader found that is not an error
    """

    year: int
    measures: Mapping[str, Measure] = field(default_factory=dict)
    benchmarks: Mapping[tuple[str, str], Benchmark] = field(default_factory=dict)
    mvps: Mapping[str, Mvp] = field(default_factory=dict)
    exclusions: Mapping[tuple[str, str], BenchmarkExclusion] = field(default_factory=dict)
    cost_averages: Mapping[str, CostAverage] = field(default_factory=dict)
    clusters: tuple[Cluster, ...] = ()
    claims_codes: tuple[ClaimsCode, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    reports: tuple[str, ...] = ()

    def benchmark(self, measure_id: str, submission_method: str) -> Benchmark | None:
        """The benchmark of a measure and method, or None."""
        return self.benchmarks.get((measure_id, submission_method))

    def is_suppressed(self, measure_id: str, submission_method: str) -> bool:
        """Whether CMS suppressed a measure and method: by the measure itself, or by its reason code."""
        measure = self.measures.get(measure_id)
        reason = self.exclusions.get((measure_id, submission_method))
        by_measure = measure is not None and submission_method in measure.suppressed
        return by_measure or (reason is not None and SUPPRESSED in reason.reason_codes)

    def of_category(self, category: str) -> list[Measure]:
        """Measures of quality, ia, pi or cost, in order of their id."""
        return [
            self.measures[one] for one in sorted(self.measures) if self.measures[one].category == category
        ]
