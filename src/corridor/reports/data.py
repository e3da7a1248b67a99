"""What a report is made of, read from a run or from a settlement; plain rows, no beneficiary identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor.reports import categories
from corridor.reports import episodes as episode_reader
from corridor.reports.categories import Mix
from corridor.reports.readers import (
    assumptions_of,
    clinicians_of,
    dollars_of,
    eligibility_of,
    first_dollars,
    force_of,
    law_of,
    measures_from_wide,
    measures_of,
    national_of,
    spread_of,
    years_of,
)
from corridor.reports.tables import Key, Row, RunLike, key_of, rows_of
from corridor.reports.tieout import TieOut, read_tieout
from corridor.reports.words import real

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ReportData:
    """Everything a report shows.

    clinicians: one row a (tin, npi) with a result; keys as in asm.result, asm.clinician_input and
    measures.asm_cost. measures: one row a clinician and measure. dollars: one row a clinician and payment
    year with `dollars`, `low`, `high` (US dollars). levers: `measure`, `change`, `dollars`. national: final
    scores of the cohort the scores are set in, shape (n,), 0 to 100. mixes: where the episode dollars of a
    clinician go. years_used: the year of claims behind
    each cohort. spread: standard deviation of one episode's cost ratio, by cohort. law: the few rule values
    the words need: quality_weight, cost_weight, maximum_measure_points, redistribution_share.
    """

    performance_year: int
    clinicians: list[Row]
    door: str = "claims"
    run_id: str = ""
    finished: str = ""
    version: str = ""
    organisation: str = ""
    synthetic: bool = False
    payment_years: tuple[int, ...] = ()
    eligibility: list[Row] = field(default_factory=list)
    measures: list[Row] = field(default_factory=list)
    dollars: list[Row] = field(default_factory=list)
    levers: list[Row] = field(default_factory=list)
    episodes: list[Row] = field(default_factory=list)
    services: dict[tuple[str, str, int], list[Row]] = field(default_factory=dict)
    mixes: dict[Key, Mix] = field(default_factory=dict)
    national: dict[str, Floats] = field(default_factory=dict)
    spread: dict[str, float] = field(default_factory=dict)
    years_used: list[Row] = field(default_factory=list)
    law: dict[str, float] = field(default_factory=dict)
    assumptions: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tieout: TieOut | None = None

    @classmethod
    def from_run(cls, run: RunLike, *, detail: bool = True) -> ReportData:
        """Read the last complete run. `detail` False leaves single episodes out (a report that leaves the
        house).
        """
        year = int(run.manifest.get("setting", {}).get("performance_year") or 0)
        years = years_of(run)
        settings = run.manifest.get("settings", {})
        clinicians = clinicians_of(run, years, real(settings.get("indicative_below_coverage")))
        force = force_of(run.manifest, year)
        dollars = dollars_of(rows_of(run, "asm.dollars_by_year", ("tin", "npi", "payment_year")), clinicians)
        data = cls(
            performance_year=year,
            clinicians=clinicians,
            run_id=run.run_id,
            finished=str(run.manifest.get("finished", "")),
            version=str(run.manifest.get("corridor_version", "")),
            organisation=str(settings.get("organisation") or ""),
            synthetic=bool(settings.get("synthetic", False)),
            payment_years=tuple(sorted({int(row["payment_year"]) for row in dollars})),
            eligibility=eligibility_of(run, year),
            measures=measures_of(run, clinicians),
            dollars=dollars,
            levers=rows_of(run, "asm.lever", ("tin", "npi", "measure")),
            mixes=categories.read(run, clinicians, years),
            national=national_of(run, clinicians, force),
            spread=spread_of(run, years),
            years_used=years,
            law=law_of(clinicians, force),
            assumptions=assumptions_of(run, force),
            tieout=read_tieout(run.home, run),
        )
        if not detail:
            return data
        found = episode_reader.read(run, clinicians, years)
        notes = [found.note] if found.note else []
        return replace(data, episodes=found.episodes, services=found.services, notes=notes)

    @classmethod
    def from_settlement(cls, settlement: Any, organisation: str = "") -> ReportData:
        """The calculator door: a `programs.asm.compute.Settlement`, or the object `corridor settle asm
        --json` prints.

        Read are `year`, `payment_year`, `rows`, `cohorts`, `assumptions`, `warnings`; of a Settlement also
        the scores of the national cohort.
        """
        given: Mapping[str, Any] = settlement if isinstance(settlement, Mapping) else settlement.to_dict()
        year = int(given.get("year") or 0)
        neutral = {str(row["cohort"]): row.get("neutral_score") for row in given.get("cohorts", [])}
        clinicians = [
            {"neutral_score": neutral.get(str(row.get("cohort"))), **row} for row in given.get("rows", [])
        ]
        for row in clinicians:
            row["tin"], row["npi"] = key_of(row)
        clinicians.sort(key=lambda row: (str(row.get("cohort")), *key_of(row)))
        years = settlement.dollars_by_year() if settlement is not given else given.get("dollars_by_year", [])
        dollars = dollars_of([dict(row) for row in years], clinicians)
        dollars = dollars or first_dollars(clinicians, given.get("payment_year"))
        return cls(
            performance_year=year,
            clinicians=clinicians,
            door="calculator",
            organisation=organisation,
            payment_years=tuple(sorted({int(row["payment_year"]) for row in dollars})),
            measures=measures_from_wide(clinicians),
            dollars=dollars,
            levers=_levers(settlement, given),
            national={
                str(cohort): np.sort(np.asarray(scores, dtype=np.float64))
                for cohort, scores in dict(given.get("national") or {}).items()
            },
            law=law_of(clinicians, force_of({}, year)),
            assumptions=[dict(row) for row in given.get("assumptions", [])],
            notes=[str(words) for words in given.get("warnings", [])],
        )

    def cohorts(self) -> list[str]:
        """The cohorts that have a clinician, in name order."""
        return sorted({str(row["cohort"]) for row in self.clinicians if row.get("cohort")})

    def name_of(self, row: Mapping[str, Any]) -> str:
        """The clinician's name, else the NPI."""
        return str(row.get("clinician_name") or "").strip() or f"NPI {row.get('npi') or 'unknown'}"


def _levers(settlement: Any, given: Mapping[str, Any]) -> list[Row]:
    if settlement is given:
        return [dict(row) for row in given.get("levers", [])]
    from corridor.programs.asm.levers import levers

    return levers(settlement)
