"""Risk scores for a list of people: the steps of the population room over two files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from corridor.engine import SqlStep
from corridor.engine.catalogue import load_catalogue
from corridor.engine.connection import connect, parquet
from corridor.engine.tabular import scratch_folder
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.jobs.risk_inputs import Inputs, count_inputs, stage_inputs
from corridor.law import Rules, RulesInForce
from corridor.reference import reference_tables

MODELS = ("v24", "v28", "esrd_v24", "esrd_v21")
BLEND = "blend"
_GIVEN = ("population.risk_wanted", "population.risk_person", "population.risk_diagnosis")
_SCORES = "population.risk_score"
_HCCS = "population.hcc"
_PARTS = "population.risk_component"


@dataclass(frozen=True)
class RiskScores:
    """Scores of a list of people, in the order of the list.

    ``rows`` are records of person_id, model, segment, raw_score, normalised_score, payment_score and hccs;
    ``parts`` (where asked for) maps a person_id to the terms that sum to its raw score.
    """

    model: str
    year: int
    rows: list[dict[str, Any]]
    parts: dict[str, list[dict[str, Any]]]
    editions: list[dict[str, Any]]
    inputs: Inputs
    assumptions: list[dict[str, Any]]
    warnings: list[str]

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        rows = self.rows
        if self.parts:
            rows = [{**row, "parts": self.parts.get(row["person_id"], [])} for row in rows]
        return {
            "program": "risk",
            "model": self.model,
            "year": self.year,
            "rows": rows,
            "editions": self.editions,
            "counts": vars(self.inputs)
            | {"examples": list(self.inputs.examples), "absent": list(self.inputs.absent)},
            "assumptions": self.assumptions,
            "warnings": self.warnings,
        }


def score_people(
    people: Path,
    diagnoses: Path,
    rules: Rules,
    warehouse: Warehouse,
    model: str = "v28",
    year: int | None = None,
    explain: str | None = None,
    threads: int | None = None,
) -> RiskScores:
    """Score the people of one file by the diagnoses of another, with the installed CMS-HCC tables.

    model    v24, v28, esrd_v24, esrd_v21, or blend: the models of the payment year by their weights
    year     the payment year; the newest year of installed final coefficients where None
    explain  a person_id, or ``*`` for everyone: the terms of the score too

    Raises RISK-MODEL, RISK-REFERENCE, RISK-NO-PERSON, and what ``stage_inputs`` raises.
    """
    if model not in (*MODELS, BLEND):
        raise CorridorError(
            "RISK-MODEL",
            f"There is no model {model!r}.",
            todo=f"Use one of: {', '.join((*MODELS, BLEND))}.",
            field="--model",
        )
    con = connect(warehouse.spill, threads=threads)
    try:
        con.execute("create schema population; create schema reference; create schema run")
        _register_reference(con, warehouse)
        payment_year = year or _newest_year(con, "v28" if model == BLEND else model)
        force = rules.in_force(performance_year=payment_year)
        wanted = _wanted(force, model, payment_year)
        con.execute("create table population.risk_wanted (model varchar, payment_year integer)")
        con.executemany(
            "insert into population.risk_wanted values (?, ?)", [[m, payment_year] for m in wanted]
        )
        esrd_only = all(one.startswith("esrd") for one in wanted)
        with scratch_folder(warehouse.home) as scratch:
            absent = stage_inputs(con, people, diagnoses, scratch, "dialysis" if esrd_only else "none")
            used = _run(con, force, [_SCORES, _HCCS, *([_PARTS] if explain else [])])
            inputs = count_inputs(con, absent)
        editions = _editions(con, wanted, payment_year)
        rows = _rows(con, model)
        parts = _parts(con, explain) if explain else {}
        assumptions = _assumptions(force, used, payment_year, editions)
        warnings = _warnings(inputs, editions, esrd_only, payment_year)
        return RiskScores(model, payment_year, rows, parts, editions, inputs, assumptions, warnings)
    finally:
        con.close()


# ---- what the steps read ---------------------------------------------------------------------------


def _register_reference(con: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> None:
    for table in reference_tables(warehouse):
        if not table.name.startswith("reference.hcc_"):
            continue
        assert table.columns is not None
        types = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
        con.execute(f"create table {table.name} ({types})")
        if table.whole.files:
            columns = ", ".join(f'"{name}"' for name in table.columns)
            con.execute(f"insert into {table.name} select {columns} from {parquet(table.whole.files)}")


def _newest_year(con: duckdb.DuckDBPyConnection, model: str) -> int:
    row = con.execute(
        "select max(left(vintage, 4)) from reference.hcc_coefficient "
        "where model = ? and status <> 'proposed' and regexp_full_match(left(vintage, 4), '20[0-9]{2}')",
        [model],
    ).fetchone()
    if not row or row[0] is None:
        raise _not_installed([model], None)
    return int(row[0])


def _not_installed(models: Iterable[str], year: int | None) -> CorridorError:
    when = f" for {year}" if year else ""
    return CorridorError(
        "RISK-REFERENCE",
        f"The CMS-HCC tables of {', '.join(models)}{when} are not installed.",
        why="Diagnoses are mapped and weighted by CMS's own tables, which Corridor does not ship.",
        todo="Install mapping, hierarchies, coefficients and edits: corridor reference add FOLDER",
        field="--model",
    )


def _wanted(force: RulesInForce, model: str, year: int) -> list[str]:
    if model != BLEND:
        return [model]
    return [str(row["model"]) for row in _of_year(force, "risk.blend", year)]


def _of_year(force: RulesInForce, name: str, year: int) -> list[dict[str, Any]]:
    """The rows of a rule of days that hold on 1 January of a payment year."""
    from datetime import date

    return [dict(row) for row in force.on(name, date(year, 1, 1)).value]


def _run(con: duckdb.DuckDBPyConnection, force: RulesInForce, targets: list[str]) -> list[str]:
    """Run what the targets need of the population room; returns the rules the steps used."""
    catalogue = load_catalogue()
    used: set[str] = set()
    for step in _needed(targets):
        one = catalogue.steps[step]
        assert isinstance(one, SqlStep)
        force.register(con, list(one.rules))
        used.update(one.rules)
        con.execute(f"create table {step} as {one.sql}")
    return sorted(used)


def _needed(targets: list[str]) -> list[str]:
    catalogue = load_catalogue()
    wanted: list[str] = []

    def visit(name: str) -> None:
        if name in wanted or name in _GIVEN or name not in catalogue.steps:
            return
        for read in catalogue.steps[name].reads:
            visit(read)
        wanted.append(name)

    for target in targets:
        visit(target)
    return wanted


# ---- what comes out --------------------------------------------------------------------------------


def _editions(con: duckdb.DuckDBPyConnection, wanted: list[str], year: int) -> list[dict[str, Any]]:
    found = con.execute(
        "select model, mapping_vintage, coefficient_vintage, coefficient_status, blend_weight "
        "from population.risk_model order by model"
    )
    names = [column[0] for column in found.description or []]
    editions = [dict(zip(names, row)) for row in found.fetchall()]
    missing = [model for model in wanted if model not in {one["model"] for one in editions}]
    if missing:
        raise _not_installed(missing, year)
    return editions


def _rows(con: duckdb.DuckDBPyConnection, model: str) -> list[dict[str, Any]]:
    if model == BLEND:
        scores = """
            select person_id, arg_max(model, weight) as model, arg_max(segment, weight) as segment,
                cast(null as double) as raw_score, sum(weight * normalised_score) as normalised_score,
                sum(weight * payment_score) as payment_score
            from (
                select score.*, model.blend_weight as weight
                from population.risk_score as score
                join population.risk_model as model on model.model = score.model
                join population.risk_person as person on person.person_id = score.person_id
                where model.blend_people = case when person.esrd_status = 'none' then 'other' else 'esrd' end
            ) as weighted group by person_id"""
    else:
        scores = (
            "select person_id, model, segment, raw_score, normalised_score, payment_score "
            "from population.risk_score"
        )
    found = con.execute(
        f"""
        with scores as ({scores}),
        hccs as (
            select person_id, model, list(hcc order by hcc) as hccs
            from population.hcc group by person_id, model
        )
        select door.person_id, scores.model, scores.segment, scores.raw_score, scores.normalised_score,
            scores.payment_score, coalesce(hccs.hccs, []) as hccs
        from door.person as door
        left join scores on scores.person_id = door.number
        left join hccs on hccs.person_id = door.number and hccs.model = scores.model
        order by door.number"""
    )
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row)) for row in found.fetchall()]


def _parts(con: duckdb.DuckDBPyConnection, explain: str) -> dict[str, list[dict[str, Any]]]:
    if (
        explain != "*"
        and not con.execute("select 1 from door.person where person_id = ?", [explain]).fetchone()
    ):
        raise CorridorError(
            "RISK-NO-PERSON",
            "The person to explain is not in the list of people.",
            todo="Name a person_id of the file, or all to explain everyone.",
            field="--explain",
        )
    found = con.execute(
        "select door.person_id, part.model, part.term, part.kind, part.coefficient, part.source, part.status "
        "from population.risk_component as part join door.person as door on door.number = part.person_id "
        + ("" if explain == "*" else "where door.person_id = ? ")
        + "order by door.number, part.model, "
        "case part.kind when 'demographic' then 0 when 'hcc' then 1 else 2 end, part.term",
        [] if explain == "*" else [explain],
    )
    names = [column[0] for column in found.description or []]
    parts: dict[str, list[dict[str, Any]]] = {} if explain == "*" else {explain: []}
    for row in found.fetchall():
        record = dict(zip(names, row))
        parts.setdefault(str(record.pop("person_id")), []).append(record)
    return parts


def _assumptions(
    force: RulesInForce, used: list[str], year: int, editions: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The parameters under the scores that are neither codified nor official, in the payment year."""
    from datetime import date

    from corridor.law.force import UNOFFICIAL

    found = []
    for name in used:
        value = (
            force.on(name, date(year, 1, 1))
            if force.history(name)[0].clock == "service_date"
            else force[name]
        )
        if value.status in UNOFFICIAL:
            plain = value.to_dict()
            found.append({key: plain[key] for key in ("rule", "value", "unit", "status", "cite")})
    for edition in editions:
        if edition["coefficient_status"] == "proposed":
            found.append(
                {
                    "rule": f"reference.hcc_coefficient {edition['model']} {edition['coefficient_vintage']}",
                    "value": edition["coefficient_vintage"],
                    "unit": "vintage",
                    "status": "proposed",
                    "cite": "coefficients CMS proposed, as installed",
                }
            )
    return found


def _warnings(inputs: Inputs, editions: list[dict[str, Any]], esrd_only: bool, year: int) -> list[str]:
    warnings = []
    if inputs.unknown_codes:
        warnings.append(
            f"{inputs.unknown_codes:,} of the diagnosis rows hold no ICD-10 code "
            f"({', '.join(inputs.examples)}) and count for nothing."
        )
    if inputs.without_person:
        warnings.append(
            f"{inputs.without_person:,} of the diagnosis rows are of nobody in the list of people."
        )
    defaults = [
        name
        for name in inputs.absent
        if name in ("dual_status", "original_reason", "institutional", "new_enrollee")
    ]
    if defaults:
        warnings.append(
            f"The list of people has no {', '.join(defaults)}: where a column is missing, everyone counts as "
            "without Medicaid, entitled by age, living at home, enrolled the whole data year."
        )
    if esrd_only and "esrd_status" in inputs.absent:
        warnings.append("The list of people has no esrd_status: everyone is scored as on dialysis.")
    for edition in editions:
        if edition["coefficient_status"] == "proposed":
            warnings.append(
                f"The coefficients of {edition['model']} for {year} are those CMS proposed; "
                "for 2027 CMS kept the model of 2026 instead. "
                "--set risk.use_proposed_coefficients=false takes the newest final ones."
            )
        for what in ("mapping", "coefficient"):
            if edition[f"{what}_vintage"][:4] != str(year):
                warnings.append(
                    f"No {what} edition of {year} is installed for {edition['model']}: "
                    f"{edition[f'{what}_vintage']} is used."
                )
    return warnings


def write_scores(path: Path, scores: RiskScores) -> None:
    """Write the rows: .csv, .parquet, .json or .xlsx; HCCs as one text, the parts on a sheet of their own."""
    from corridor.programs.writing import write_results

    flat = [{**row, "hccs": " ".join(map(str, row["hccs"]))} for row in scores.rows]
    if path.suffix.lower() == ".json":
        write_results(path, {"Scores": scores.rows})
    else:
        parts = [{"person_id": person, **part} for person, listed in scores.parts.items() for part in listed]
        write_results(path, {"Scores": flat, **({"Parts": parts} if parts else {})})


def as_json(scores: RiskScores) -> str:
    """One JSON object."""
    return json.dumps(scores.to_dict(), ensure_ascii=False, allow_nan=False)
