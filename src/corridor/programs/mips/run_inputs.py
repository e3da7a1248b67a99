"""The claims door of MIPS: tables of a run become units that are scored and members whom scores count for.

A unit is a clinician (TIN and NPI), a practice (TIN) or an entity (APM entity, subgroup, virtual group) with
what was measured at that level, in one pathway. A member is a clinician; each unit it belongs to gives it a
score, and one of them counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.engine import StepContext
from corridor.programs.mips.book import measure_book
from corridor.programs.mips.inputs import (
    Array,
    Book,
    MipsInputs,
    answer_columns,
    clinician_columns,
    result_columns,
)
from corridor.programs.mips.several_rates import one_rate_each
from corridor.programs.qp.status import rows_of
from corridor.reference.qpp.build import built

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Row = dict[str, Any]
Place = tuple[str, str, str]  # TIN, NPI ('' of a practice), entity ('' of neither)


@dataclass(frozen=True, order=True)
class Unit:
    """Who is scored, at which level and in which pathway."""

    place: Place
    participation: str
    pathway: str
    mvp_id: str = ""


QPP_TABLES = ("qpp_measure", "qpp_measure_method", "qpp_measure_link", "qpp_benchmark")
TABLES = (
    "mips.eligibility", "quality.reported", "quality.rollup", "mips.claims_measure",
    "mips.administrative_measure", "mips.administrative_entity", "mips.cost_measure", "mips.complex_patient",
    "qp.status",
    "mips.attestation", *(f"reference.{name}" for name in QPP_TABLES),
)  # fmt: skip
STATUSES = ("rural", "hpsa", "non_patient_facing", "hospital_based", "asc_based")
OVERALL = ("", "overall")  # the rate of a measure that is scored, where it has several


@dataclass
class RunYear:
    """What a run holds of one performance year.

    units    in the order of the rows of ``inputs``
    members  one a clinician and unit: its key, the unit's row, whether a score there adjusts (None: open)
    proxies  (unit row, measure) whose result is a proxy, with its basis
    """

    year: int
    units: list[Unit]
    inputs: MipsInputs
    book: Book
    members: list[Row]
    proxies: dict[tuple[int, str], str] = field(default_factory=dict)


def run_years(ctx: StepContext, without: Sequence[str] = ()) -> list[RunYear]:
    """The years in which somebody's eligibility was worked out, each ready to be scored.

    without  tables that are not there, taken as empty
    """
    tables = {name: _rows(ctx, name) for name in TABLES if name not in without}
    tables |= {name: [] for name in without}
    years = sorted({int(row["performance_year"]) for row in tables["mips.eligibility"]})
    return [_year(tables, year, ctx.force.rules.in_force(year)) for year in years if _known(ctx, year)]


def _rows(ctx: StepContext, table: str) -> list[Row]:
    """A table as records; what is absent is None, of flags too."""
    found = rows_of(ctx, f"select * from {table} order by all")  # a table has no order of its own
    return [{name: None if _absent(value) else value for name, value in row.items()} for row in found]


def _absent(value: Any) -> bool:
    return value is None or value is np.ma.masked or (isinstance(value, float) and value != value)


def _known(ctx: StepContext, year: int) -> bool:
    """Whether MIPS has law of a year."""
    return "mips.collection_type" in ctx.force.rules.in_force(year)


def _year(tables: Mapping[str, Sequence[Row]], year: int, force: RulesInForce) -> RunYear:
    of = {
        name: [row for row in rows if int(row.get("performance_year") or year) == year]
        for name, rows in tables.items()
    }
    qpp = built(year, {name: tables[f"reference.{name}"] for name in QPP_TABLES}, {})
    results, proxies = _results(of, {m.measure_id: m.overall_algorithm for m in qpp.measures.values()})
    registered = [{n: str(v or "") for n, v in row.items()} for row in force.rows("mips.registration")]
    pathways = {str(r["participation"]): str(r["pathway"]) for r in force.rows("mips.default_pathway")}
    eligibility = {(row["tin"], row["npi"]): row for row in of["mips.eligibility"]}
    units = _units(results, registered, pathways)
    of_unit = {unit: _shared(unit, results, registered) for unit in units}
    return RunYear(
        year,
        units,
        MipsInputs(
            clinician_columns(_unit_columns(units, eligibility, registered, of)),
            result_columns(_result_columns(units, of_unit)),
            answer_columns(None),
        ),
        measure_book(qpp, force),
        _members(eligibility, units, registered, of, force),
        {
            (row, measure): basis
            for row, unit in enumerate(units)
            for place in {unit.place, _practice(unit, registered)}
            for measure, basis in proxies.get(place, {}).items()
        },
    )


def _units(
    results: Mapping[Place, Sequence[Row]], registered: Sequence[Row], pathways: Mapping[str, str]
) -> list[Unit]:
    """Everyone who sent quality results: in the usual pathway of the level, and in those registered for."""
    found = set()
    for place, rows in results.items():
        if not any(row["sent"] for row in rows):
            continue
        tin, npi, entity = place
        mine = [r for r in registered if (r["entity_id"] == entity if entity else _is_own(r, tin, npi))]
        level = "individual" if npi else "group" if tin else "apm_entity"
        if entity and mine:
            level = mine[0]["participation"]
        found |= {Unit(place, level, row["pathway"], row["mvp_id"].upper()) for row in mine}
        if not (entity and mine):
            found.add(Unit(place, level, pathways[level]))
    return sorted(found)


def _is_own(registration: Row, tin: str, npi: str) -> bool:
    return not registration["entity_id"] and (registration["tin"], registration["npi"]) == (tin, npi)


def _practice(unit: Unit, registered: Sequence[Row]) -> Place:
    """The practice a subgroup is of; of any other unit the unit itself."""
    if unit.participation == "subgroup":
        for row in registered:
            if row["entity_id"] == unit.place[-1]:
                return (row["tin"], "", "")
    return unit.place


def _shared(unit: Unit, results: Mapping[Place, Sequence[Row]], registered: Sequence[Row]) -> list[Row]:
    """Results of a unit; a subgroup has those of claims from its practice."""
    own = list(results[unit.place])
    practice = _practice(unit, registered)
    if practice != unit.place:
        own += [r for r in results.get(practice, ()) if r["collection_type"] == "administrative_claims"]
    return own


def _results(
    of: Mapping[str, Sequence[Row]], algorithms: Mapping[str, str | None]
) -> tuple[dict[Place, list[Row]], dict[Place, dict[str, str]]]:
    """Results by place; and which of them are proxies, with their basis."""
    found: dict[Place, list[Row]] = {}
    proxies: dict[Place, dict[str, str]] = {}

    def add(unit: Place, measure: str, kind: str, category: str, row: Row, cases: str, **more: Any) -> None:
        one = {
            "measure_id": measure, "collection_type": kind, "category": category, "rate": row["rate"],
            "eligible_cases": row[cases], "data_completeness": None, "is_scorable": None, "sent": False,
            # measures of claims have their own; without it the general one would be asked of them too
            "own_case_minimum": row.get("case_minimum"), **more,
        }  # fmt: skip
        rows = found.setdefault(unit, [])
        # what was stated comes first: a proxy of the same result is not wanted beside it
        if any((r["measure_id"], r["collection_type"]) == (measure, kind) for r in rows):
            return
        rows.append(one)
        if row.get("is_proxy"):
            proxies.setdefault(unit, {})[measure] = str(row["basis"])

    for row in of["quality.reported"]:
        unit = (row["tin"], row["npi"] or "", "")
        sent = row["rate"] is not None and row["collection_type"] != "administrative_claims"
        complete = {"data_completeness": row["data_completeness"], "sent": sent}
        add(unit, row["measure_id"], row["collection_type"], "quality", row, "eligible_cases", **complete)
    entities = [row for row in of["quality.rollup"] if row["level"] == "entity"]
    for row in one_rate_each(entities, algorithms):
        complete = {"data_completeness": row["completeness"], "sent": row["rate"] is not None}
        unit = ("", "", row["entity_id"])
        add(unit, row["measure_id"], row["collection_type"], "quality", row, "case_count", **complete)
    small = {(r["tin"], r["npi"]) for r in of["mips.eligibility"] if r["small"]}
    for row in of["mips.claims_measure"]:
        # quality codes on claims are a collection type of small practices
        if row["stratum"] in OVERALL and (row["tin"], row["npi"]) in small:
            complete = {"data_completeness": row["completeness"], "sent": row["met"] + row["not_met"] > 0}
            unit = (row["tin"], row["npi"], "")
            add(unit, row["measure_id"], "claims", "quality", row, "eligible_population", **complete)
    for table, category in (("mips.administrative_measure", "quality"), ("mips.cost_measure", "cost")):
        for row in of[table]:
            unit = (row["tin"], row["npi"], "")
            scorable = {"is_scorable": float(bool(row["is_scorable"]))}
            add(unit, row["measure_id"], "administrative_claims", category, row, "cases", **scorable)
    for row in of["mips.administrative_entity"]:
        unit = ("", "", row["apm_entity_id"])
        scorable = {"is_scorable": float(bool(row["is_scorable"]))}
        add(unit, row["measure_id"], "administrative_claims", "quality", row, "cases", **scorable)
    return found, proxies


def _result_columns(units: Sequence[Unit], results: Mapping[Unit, Sequence[Row]]) -> dict[str, Any]:
    rows = [{**row, "clinician": at} for at, unit in enumerate(units) for row in results[unit]]
    names = ("clinician", "measure_id", "collection_type", "category", "rate", "eligible_cases",
             "data_completeness", "is_scorable", "own_case_minimum")  # fmt: skip
    found: dict[str, Any] = {name: np.array([row[name] for row in rows], dtype=object) for name in names}
    found["clinician"] = np.array([row["clinician"] for row in rows], dtype=np.int64)
    return found


def _unit_columns(
    units: Sequence[Unit],
    eligibility: Mapping[tuple[str, str], Row],
    registered: Sequence[Row],
    of: Mapping[str, Sequence[Row]],
) -> dict[str, Any]:
    attested: dict[str, Row] = {row["tin"]: row for row in of["mips.attestation"]}
    complex_patients = {(row["tin"], row["npi"]): row for row in of["mips.complex_patient"]}
    rows: list[Row] = []
    for unit in units:
        tin, npi, _ = _practice(unit, registered)
        statuses = eligibility.get((tin, npi), {})
        said, patients = attested.get(tin, {}), complex_patients.get((tin, npi), {})
        score = said.get("promoting_interoperability_score")
        rows.append(
            {
                "tin": unit.place[0], "npi": npi, "entity_id": unit.place[-1] or None,
                "participation": unit.participation, "pathway": unit.pathway, "mvp_id": unit.mvp_id or None,
                "small_practice": float(bool(statuses.get("small"))),
                **{name: float(bool(statuses.get(name))) for name in STATUSES},
                "apm_participant": float(statuses.get("apm_entity_id") is not None),
                "improvement_activities_attested": said.get("improvement_activities_attested"),
                "promoting_interoperability_percent": None if score is None else 100 * float(score),
                "mean_hcc_risk_score": patients.get("mean_hcc_risk_score"),
                "dual_eligible_share": patients.get("dual_eligible_share"),
            }
        )  # fmt: skip
    names = rows[0].keys() if rows else ("tin", "npi")
    return {name: np.array([row[name] for row in rows], dtype=object) for name in names}


def _members(
    eligibility: Mapping[tuple[str, str], Row],
    units: Sequence[Unit],
    registered: Sequence[Row],
    of: Mapping[str, Sequence[Row]],
    force: RulesInForce,
) -> list[Row]:
    """Each clinician with each unit it has a score of."""
    adjusts = {str(row["reporting"]): row for row in force.rows("mips.reporting_adjusts")}
    paid = {(row["tin"], row["npi"]): row["part_b_paid"] for row in of["qp.status"]}
    at_place: dict[Place, list[int]] = {}
    for at, unit in enumerate(units):
        at_place.setdefault(unit.place, []).append(at)
    members = []
    for (tin, npi), row in sorted(eligibility.items()):
        if not npi:
            continue
        entities = {row["apm_entity_id"] or ""}
        entities |= {r["entity_id"] for r in registered if r["tin"] == tin and r["npi"] in ("", npi)}
        places = [(tin, npi, ""), (tin, "", ""), *(("", "", one) for one in sorted(entities) if one)]
        known = adjusts.get(row["reporting"])
        for at in (at for place in places for at in at_place.get(place, ())):
            unit = units[at]
            # subgroups and virtual groups adjust those whom a group report would
            level = unit.participation if unit.participation in (known or {}) else "group"
            members.append(
                {
                    "tin": tin, "npi": npi, "participation": unit.participation, "unit": at,
                    "entity_id": unit.place[-1] or None, "pathway": unit.pathway,
                    "mvp_id": unit.mvp_id or None,
                    "reporting": row["reporting"], "part_b_paid": paid.get((tin, npi)),
                    "adjusts": None if known is None else bool(known[level]),
                }
            )  # fmt: skip
    return members


def member_column(members: Sequence[Row], name: str) -> Array:
    """One value a member."""
    return np.array([row[name] for row in members], dtype=object)
