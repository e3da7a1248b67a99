"""What a report is made of, read from a run or from a settlement; plain rows, no beneficiary identifiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor.errors import CorridorError
from corridor.law import load_rules
from corridor.reports import episodes as episode_reader
from corridor.reports.tables import RunLike, columns_of, key_of, rows_of
from corridor.reports.tieout import TieOut, read_tieout
from corridor.reports.words import real

Row = dict[str, Any]
Floats = NDArray[np.float64]
Key = tuple[str, str]


@dataclass(frozen=True)
class ReportData:
    """Everything a report shows.

    clinicians: one row a (tin, npi) with a result; keys as in asm.result, asm.clinician_input and measures.asm_cost.
    measures: one row a clinician and measure. dollars: one row a clinician and payment year with `dollars`, `low`,
    `high` (US dollars). levers: `measure`, `change`, `dollars`. national: final scores of the cohort the scores are
    set in, shape (n,), 0 to 100. spread: standard deviation of one episode's cost ratio, by cohort. law: the few rule
    values the words need: quality_weight, cost_weight, maximum_measure_points, redistribution_share.
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
    episode_note: str = ""
    national: dict[str, Floats] = field(default_factory=dict)
    national_note: str = ""
    spread: dict[str, float] = field(default_factory=dict)
    law: dict[str, float] = field(default_factory=dict)
    assumptions: list[Row] = field(default_factory=list)
    tieout: TieOut | None = None

    @classmethod
    def from_run(cls, run: RunLike, *, detail: bool = True) -> ReportData:
        """Read the last complete run. `detail` False leaves single episodes out (a report that leaves the house)."""
        year = int(run.manifest.get("setting", {}).get("performance_year") or 0)
        clinicians = _clinicians(run)
        settings = run.manifest.get("settings", {})
        data = cls(
            performance_year=year or _first_year(clinicians),
            clinicians=clinicians,
            run_id=run.run_id,
            finished=str(run.manifest.get("finished", "")),
            version=str(run.manifest.get("corridor_version", "")),
            organisation=str(settings.get("organisation", "")),
            synthetic=bool(settings.get("synthetic", False)),
            eligibility=rows_of(run, "asm.eligibility", ("cohort", "tin", "npi")),
            measures=_measures(run, clinicians),
            dollars=_dollars(rows_of(run, "asm.dollars_by_year", ("tin", "npi", "payment_year"))),
            levers=rows_of(run, "asm.lever", ("tin", "npi", "measure")),
            national=_national(run),
            national_note=str(settings.get("national_cohort", "")),
            spread=_spread(run),
            law=_law(clinicians, year, run.manifest),
            assumptions=_assumptions(run),
            tieout=read_tieout(run.home, run),
        )
        data = replace(data, payment_years=tuple(sorted({int(row["payment_year"]) for row in data.dollars})))
        if not detail:
            return data
        found = episode_reader.read(run, [key_of(row) for row in clinicians])
        return replace(data, episodes=found.episodes, services=found.services, episode_note=found.note)

    @classmethod
    def from_settlement(cls, settlement: Mapping[str, Any]) -> ReportData:
        """The calculator door: the object `corridor settle asm --json` prints (`year`, `rows`, `assumptions`)."""
        clinicians = [dict(row) for row in settlement.get("rows", [])]
        for row in clinicians:
            row["tin"], row["npi"] = str(row.get("tin") or ""), str(row.get("npi") or "")
        clinicians.sort(key=key_of)
        dollars = _dollars([dict(row) for row in settlement.get("dollars_by_year", [])]) or _first_dollars(
            clinicians, settlement.get("payment_year")
        )
        national = {
            str(cohort): np.asarray(scores, dtype=np.float64)
            for cohort, scores in dict(settlement.get("national", {})).items()
        }
        return cls(
            performance_year=int(settlement.get("year") or 0),
            clinicians=clinicians,
            door="calculator",
            run_id=str(settlement.get("run_id", "")),
            finished=str(settlement.get("finished", "")),
            version=str(settlement.get("version", "")),
            organisation=str(settlement.get("organisation", "")),
            payment_years=tuple(sorted({int(row["payment_year"]) for row in dollars})),
            measures=_from_wide(clinicians),
            dollars=dollars,
            levers=[dict(row) for row in settlement.get("levers", [])],
            national=national,
            national_note=str(settlement.get("national_note", "")),
            law=_law(clinicians, int(settlement.get("year") or 0), settlement),
            assumptions=[dict(row) for row in settlement.get("assumptions", [])],
        )

    def cohorts(self) -> list[str]:
        """The cohorts that have a clinician, in name order."""
        return sorted({str(row["cohort"]) for row in self.clinicians if row.get("cohort")})

    def name_of(self, row: Mapping[str, Any]) -> str:
        """The clinician's name, else the NPI."""
        return str(row.get("clinician_name") or "").strip() or f"NPI {row.get('npi') or 'unknown'}"


def _first_year(rows: Sequence[Row]) -> int:
    years = [int(row["performance_year"]) for row in rows if row.get("performance_year")]
    return years[0] if years else 0


def _by_key(rows: Sequence[Row]) -> dict[Key, Row]:
    return {key_of(row): row for row in rows}


def _clinicians(run: RunLike) -> list[Row]:
    """asm.result, completed by inputs, cost and eligibility of the same clinician; the first non-null wins."""
    order = ("cohort", "tin", "npi")
    others = [
        _by_key(rows_of(run, table, order))
        for table in ("asm.clinician_input", "measures.asm_cost", "asm.eligibility")
    ]
    merged: list[Row] = []
    for result in rows_of(run, "asm.result", order):
        row = dict(result)
        for other in others:
            for column, value in other.get(key_of(result), {}).items():
                if row.get(column) is None:
                    row[column] = value
        row["tin"], row["npi"] = key_of(row)
        merged.append(row)
    return merged


def _measures(run: RunLike, clinicians: Sequence[Row]) -> list[Row]:
    """One row a clinician and measure; points and benchmark from asm.measure_score, else from the result's columns."""
    scored = rows_of(run, "asm.measure_score", ("tin", "npi", "measure_id", "collection_type"))
    rows = scored or rows_of(run, "asm.measure_input", ("tin", "npi", "measure_id", "collection_type"))
    if not rows:
        return _from_wide(clinicians)
    results = _by_key(clinicians)
    for row in rows:
        result = results.get(key_of(row), {})
        wide = f"q{row.get('measure_id')}"
        for column in ("points", "benchmark", "counted"):
            if row.get(column) is None:
                row[column] = result.get(f"{wide}_{column}")
    return rows


def _from_wide(clinicians: Sequence[Row]) -> list[Row]:
    """Measures from columns q<measure>_rate, _cases, _completeness, _collection_type, _points."""
    rows: list[Row] = []
    for clinician in clinicians:
        names = sorted(
            {
                column[1:4]
                for column, value in clinician.items()
                if column[:1] == "q" and column[1:4].isdigit() and column[4:5] == "_" and value is not None
            }
        )
        for measure in names:
            rows.append(
                {
                    "tin": clinician["tin"],
                    "npi": clinician["npi"],
                    "measure_id": measure,
                    "rate": clinician.get(f"q{measure}_rate"),
                    "eligible_cases": clinician.get(f"q{measure}_cases"),
                    "data_completeness": clinician.get(f"q{measure}_completeness"),
                    "collection_type": clinician.get(f"q{measure}_collection_type"),
                    "points": clinician.get(f"q{measure}_points"),
                    "counted": clinician.get(f"q{measure}_counted"),
                    "benchmark": clinician.get(f"q{measure}_benchmark"),
                }
            )
    return rows


def _dollars(rows: Sequence[Row]) -> list[Row]:
    """One row a clinician and payment year: the midpoint in force, and the range over every midpoint given.

    Rows may come once (with or without `dollars_low`, `dollars_high`) or once per `logistic_midpoint`; then the row
    with `in_force` true, else the first, is the figure.
    """
    groups: dict[tuple[str, str, int], list[Row]] = {}
    for row in rows:
        groups.setdefault((*key_of(row), int(row["payment_year"])), []).append(row)
    merged = []
    for (tin, npi, year), members in sorted(groups.items()):
        main = next((row for row in members if row.get("in_force")), members[0])
        amounts = [
            amount
            for row in members
            for column in ("dollars", "dollars_low", "dollars_high")
            if (amount := real(row.get(column))) is not None
        ]
        merged.append(
            {
                **main,
                "tin": tin,
                "npi": npi,
                "payment_year": year,
                "dollars": real(main.get("dollars")),
                "low": min(amounts) if amounts else None,
                "high": max(amounts) if amounts else None,
                "midpoints": {
                    str(row["logistic_midpoint"]): real(row.get("dollars"))
                    for row in members
                    if row.get("logistic_midpoint") is not None
                },
            }
        )
    return merged


def _first_dollars(clinicians: Sequence[Row], payment_year: Any) -> list[Row]:
    """Dollars of the one payment year a settlement holds."""
    rows = []
    for row in clinicians:
        year = row.get("payment_year") or payment_year
        amount = real(row.get("dollars"))
        if year is None or amount is None:
            continue
        rows.append(
            {
                "tin": row["tin"],
                "npi": row["npi"],
                "payment_year": int(year),
                "dollars": amount,
                "low": real(row.get("dollars_low")),
                "high": real(row.get("dollars_high")),
                "risk_level": row.get("risk_level"),
                "factor": row.get("payment_adjustment_factor"),
                "midpoints": {},
            }
        )
    return rows


def _national(run: RunLike) -> dict[str, Floats]:
    """Final scores of the national cohort, by cohort."""
    if "final_score" not in columns_of(run, "asm.national_cohort"):
        return {}
    scores: dict[str, list[float]] = {}
    for row in run.query(
        "select cohort, final_score from asm.national_cohort where final_score is not null order by cohort, final_score"
    ):
        scores.setdefault(str(row["cohort"]), []).append(float(row["final_score"]))
    return {cohort: np.asarray(values, dtype=np.float64) for cohort, values in scores.items()}


def _spread(run: RunLike) -> dict[str, float]:
    """Standard deviation of the cost ratio of one episode, by cohort, over the episodes that count."""
    if not (run.has("episodes.chronic_cost") and run.has("episodes.chronic_episode")):
        return {}
    rows = run.query(
        "select e.cohort, stddev_samp(c.ratio) as spread from episodes.chronic_cost as c "
        "join episodes.chronic_episode as e on e.episode_id = c.episode_id "
        "where not coalesce(e.excluded, false) and c.ratio is not null group by e.cohort order by e.cohort"
    )
    return {str(row["cohort"]): float(row["spread"]) for row in rows if row["spread"]}


LAW = ("quality_weight", "cost_weight", "maximum_measure_points", "redistribution_share")


def _law(clinicians: Sequence[Row], year: int, manifest: Mapping[str, Any]) -> dict[str, float]:
    """Rule values the words need: from the result's columns, else the law of the year with the run's overrides."""
    first = clinicians[0] if clinicians else {}
    values = {name: value for name in LAW if (value := real(first.get(name))) is not None}
    rules = manifest.get("rules", {})
    held = rules.get("overrides", {}) if isinstance(rules, Mapping) else {}
    overrides = {str(name): value for name, value in held.items()} if isinstance(held, Mapping) else {}
    try:
        force = load_rules(["asm"], overrides=overrides).in_force(performance_year=year)
        for name in LAW:
            values.setdefault(name, force.number(f"asm.{name}"))
    except CorridorError:
        return values
    return values


def _assumptions(run: RunLike) -> list[Row]:
    """Parameters under the result that are not codified or official: from asm.assumption, else the manifest's rules."""
    rows = rows_of(run, "asm.assumption", ("rule",))
    if rows:
        return rows
    rules = run.manifest.get("rules", {})
    held = rules.get("assumptions", []) if isinstance(rules, Mapping) else []
    return [dict(row) for row in held]
