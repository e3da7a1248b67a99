"""One ACO before an agreement: what the futures of a choice of track are drawn from, read and checked."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.engine.tabular.form import read_form
from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.formulas.columns import Floats

TYPES = ("esrd", "disabled", "aged_dual", "aged_non_dual")
ALL = "all"
# Without a default: what the parameter is, and where an ACO finds it.
REQUIRED = {
    "agreement_start_year": "the first performance year, from the participation agreement",
    "agreement_period": "1 or 2 and so on: CMS's public results file, Agreement_Period_Num",
    "experienced": "CMS's notice of the ACO's experience with risk",
    "assigned_beneficiaries": "the assignment list summary report, or the public results file, N_AB",
    "expenditure_trend": "the ACO's own cost trend, for instance pbpy of population.pbpy over loaded years",
    "expenditure_trend_sd": "how that trend differed between years",
    "benchmark_trend": "the update factor expected: CMS's benchmark report (BNMRK)",
    "benchmark_trend_sd": "how the update factor differed between years",
    "risk_trend": "growth of the normalized risk ratio: the expenditure and benchmark reports",
    "risk_trend_sd": "how that growth differed between years",
    "quality_score": "the quality report, or the public results file, QualScore",
    "quality_score_sd": "how the score differed between years",
    "quality_standard": "the score that meets the quality standard: CMS's memo of the year (the 40th "
    "percentile), or 0 where the reporting incentive meets it",
    "alternative_standard_met": "the quality report: the alternative standard of 42 CFR 425.512",
    "participant_revenue": "CMS's notice of the revenue category: Part A and B revenue of the participants",
}
OPTIONAL = {"one_sided_years_used": 0, "trend_correlation": 0.0, "expenditure_correlation": 0.0,
            "demographic_trend": 0.0}  # fmt: skip
FLAGS = ("experienced", "alternative_standard_met")
COUNTS = ("agreement_start_year", "agreement_period", "one_sided_years_used", "assigned_beneficiaries")
GROUP = {"mean": "dollars a person-year", "standard_deviation": "of a person", "benchmark": "a person-year"}
STILL = "_trend"  # of a trend or its deviation 0 is an answer
PEOPLE_COLUMNS = ("enrollment_type", "person_years", "expenditure")


@dataclass(frozen=True)
class Group:
    """People of one enrollment type (or all) in the baseline year.

    mean, deviation  of the annualized, truncated dollars of a person
    benchmark        updated benchmark, dollars a person-year, at the level of the baseline year
    spend, weight    each person's dollars and person-years, where they are known; one an element
    """

    enrollment_type: str
    people: int
    person_years: float
    mean: float
    deviation: float
    benchmark: float
    spend: Floats | None = None
    weight: Floats | None = None


@dataclass(frozen=True)
class TrackCase:
    """The ACO, its people, and the chances its futures are drawn from. Shares are fractions."""

    aco_id: str
    agreement_start_year: int
    agreement_period: int
    experienced: bool
    one_sided_years_used: int | None
    assigned_beneficiaries: int
    groups: tuple[Group, ...]
    expenditure_trend: float
    expenditure_trend_sd: float
    benchmark_trend: float
    benchmark_trend_sd: float
    trend_correlation: float
    expenditure_correlation: float
    risk_trend: float
    risk_trend_sd: float
    demographic_trend: float
    quality_score: float
    quality_score_sd: float
    quality_standard: float
    alternative_standard_met: bool
    participant_revenue: float
    revenue_category: str | None
    years: int  # of the agreement; participant_revenue that is not a number is not known

    @property
    def person_years(self) -> float:
        return sum(group.person_years for group in self.groups)

    @property
    def expenditure(self) -> float:
        """Dollars of the baseline year."""
        return sum(group.person_years * group.mean for group in self.groups)

    @property
    def method(self) -> str:
        """How people are drawn, in words."""
        own = [group.spend is not None for group in self.groups]
        return "people resampled" if all(own) else "gamma by mean and deviation" if not any(own) else "both"


def read_cases(path: Path, years: int, make: Callable[..., TrackCase] | None = None) -> list[TrackCase]:
    """The ACOs of a file (layouts/form/tracks.yaml); ``make`` in place of case_of.

    Raises FORM-*, TRACK-MISSING and TRACK-VALUE, and what ``make`` raises.
    """
    form = read_form(path, "tracks")
    return [
        (make or case_of)(row, years, file=form.file, line=line)
        for row, line in zip(form.rows, form.lines, strict=True)
    ]


def case_of(
    row: Mapping[str, Any], years: int, *, file: str | None = None, line: int | None = None
) -> TrackCase:
    """A case from one record. Raises TRACK-MISSING and TRACK-VALUE."""

    def value(name: str) -> Any:
        found = row.get(name)
        if found is None and name in REQUIRED:
            raise missing(name, REQUIRED[name], file, line)
        return OPTIONAL.get(name) if found is None else found

    groups = _groups(row, file, line)
    given: dict[str, Any] = {name: float(value(name)) for name in (*REQUIRED, *OPTIONAL)}
    # before a later agreement there were years of which some were one-sided: none is assumed
    used = row.get("one_sided_years_used")
    unknown = used is None and given["agreement_period"] > 1
    given |= {name: bool(given[name]) for name in FLAGS} | {name: int(given[name]) for name in COUNTS}
    case = TrackCase(
        aco_id=str(row.get("aco_id") or ""),
        groups=groups,
        revenue_category=row.get("revenue_category"),
        years=years,
        **{**given, **({"one_sided_years_used": None} if unknown else {})},
    )
    _check(case, file, line)
    return case


def _groups(row: Mapping[str, Any], file: str | None, line: int | None) -> tuple[Group, ...]:
    """The types that have people. Raises TRACK-MISSING and TRACK-VALUE."""
    named = [kind for kind in (ALL, *TYPES) if row.get(f"people_{kind}")]
    if ALL in named and len(named) > 1:
        raise refused(f"people_{ALL}", "it stands beside single types", file, line)
    if not named:
        raise missing(f"people_{ALL}", "the people of the expenditure report, by type or all", file, line)
    found = []
    for kind in named:
        for name, about in GROUP.items():
            if row.get(f"{name}_{kind}") is None:
                raise missing(f"{name}_{kind}", about, file, line)
        people = int(row[f"people_{kind}"])
        years = row.get(f"person_years_{kind}")
        found.append(
            Group(
                kind, people, float(people if years is None else years), float(row[f"mean_{kind}"]),
                float(row[f"standard_deviation_{kind}"]), float(row[f"benchmark_{kind}"]),
            )
        )  # fmt: skip
    return tuple(found)


def _check(case: TrackCase, file: str | None, line: int | None) -> None:
    most = case.quality_score * (1 - case.quality_score)
    if case.quality_score_sd and most <= case.quality_score_sd**2:
        raise refused("quality_score_sd", "no score between 0 and 1 spreads so far", file, line)
    # a year without revenue would take all losses of BASIC away; not a number: not known
    if case.participant_revenue <= 0:
        raise refused(
            "participant_revenue", "limits of losses hang on it, and 0 would be no loss", file, line
        )
    if not case.person_years > 0:
        raise refused("person_years", "there is none", file, line)
    if not sum(group.person_years * group.benchmark for group in case.groups) > 0:
        raise refused("benchmark", "it is not above 0", file, line)


def read_people(path: Path, case: TrackCase) -> TrackCase:
    """The case with its people resampled: a CSV of enrollment_type, person_years, expenditure, one a person.

    The file carries no identifier: any other column is refused. A type of the case without people in the file
    keeps its mean and deviation; people of a type the case does not have are refused.
    Raises TRACK-PEOPLE and DOOR-FILE.
    """
    if not path.is_file():
        raise CorridorError("DOOR-FILE", "There is no such file.", todo="Check the path.", file=path)
    found: dict[str, list[tuple[float, float]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as source:
        reader = csv.DictReader(source)
        if sorted(reader.fieldnames or ()) != sorted(PEOPLE_COLUMNS):
            raise _people("The columns are not these three", path, 1)
        for line, row in enumerate(reader, start=2):
            try:
                weight, spend = float(row["person_years"]), float(row["expenditure"])
            except (TypeError, ValueError):
                raise _people("A value is not a number", path, line) from None
            if not (0 < weight < np.inf and 0 <= spend < np.inf):
                raise _people("Person-years are not above 0, or dollars below 0", path, line)
            found.setdefault(str(row["enrollment_type"]), []).append((weight, spend))
    return with_people(case, {kind: np.array(rows) for kind, rows in found.items()}, str(path.name))


def with_people(case: TrackCase, people: Mapping[str, Floats], file: str | None = None) -> TrackCase:
    """The case with the people of each type: arrays (people, 2) of person-years and dollars a person-year."""
    known = [group.enrollment_type for group in case.groups]
    both = dict(people)
    if known == [ALL] and both:
        both = {ALL: np.concatenate(list(both.values()))}
    strange = sorted(set(both) - set(known))
    if strange:
        raise _people(f"The ACO has no people of the type {strange[0]!r}", file, None)
    return replace(
        case, groups=tuple(_peopled(group, both.get(group.enrollment_type)) for group in case.groups)
    )


def _peopled(group: Group, people: Floats | None) -> Group:
    if people is None or not len(people):
        return group
    weight, spend = people[:, 0], people[:, 1]
    middle = float((weight * spend).sum() / weight.sum())
    return replace(
        group, people=len(people), mean=middle, deviation=float(spend.std()), spend=spend, weight=weight
    )


def missing(name: str, about: str, file: str | None, line: int | None) -> CorridorError:
    """A parameter that has no default."""
    return CorridorError(
        "TRACK-MISSING",
        f"{name} is not given, and has no default.",
        why="A choice of track rests on the ACO's own spread and trends; none is assumed for it.",
        todo=f"Give it: {about}." + (" Write 0 where it shall stand still." if STILL in name else ""),
        file=file,
        line=line,
        field=name,
    )


def refused(name: str, why: str, file: str | None, line: int | None) -> CorridorError:
    """A value that cannot be."""
    return CorridorError(
        "TRACK-VALUE",
        f"The value of {name} cannot be used: {why}.",
        todo="Correct it; corridor template tracks writes the form.",
        file=file,
        line=line,
        field=name,
    )


def _people(what: str, file: object, line: int | None) -> CorridorError:
    return CorridorError(
        "TRACK-PEOPLE",
        f"{what}.",
        why="Each person of the file is one to draw from.",
        todo=f"Give the columns {', '.join(PEOPLE_COLUMNS)} and no other, one row a person and type.",
        file=file,
        line=line,
    )
