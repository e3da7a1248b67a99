"""From a form to a settlement of TEAM: four models evaluated together, what lacks refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas import Children, Evaluation, Model, Node
from corridor.formulas.walk import to_plain
from corridor.programs.reach.form import TEXTS, Level, described
from corridor.programs.team.form import TeamForm, read_hospitals
from corridor.programs.team.model import CATEGORIES, HOSPITALS, LINES, MEASURES
from corridor.programs.team.participation import check_year, refuse_tracks, warnings_of
from corridor.programs.team.triggers import trigger

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

WANTED = ("final_amount",)
FIRST_YEAR = 2026  # of a form that names no year; the law itself refuses a year without TEAM
ROWS = (
    "track", "target_total", "spending_total", "episodes_total", "reconciliation_amount",
    "composite_quality_score", "quality_adjustment", "quality_adjusted_amount", "stop_gain", "stop_loss",
    "limited_amount", "post_episode_threshold", "post_episode_amount", "final_amount",
    "reconciliation_payment", "repayment", "alignment_total_cap", "alignment_cap", "alignment_aco_cap",
    "request_granted",
)  # fmt: skip
ALIGNMENT = ("alignment_total_cap", "alignment_cap", "alignment_aco_cap")
PER_CATEGORY = (
    "category_episodes", "baseline_episodes", "category_target", "category_spending", "raw_amount",
    "low_volume", "category_amount",
)  # fmt: skip
PER_LINE = (
    "episodes", "discount", "by1_factor", "by2_factor", "benchmark", "regional_slope",
    "regional_trend_factor", "national_trend_factor", "prospective_trend", "prospective_normalization",
    "preliminary_target_price", "condition_level", "age_bracket", "bed_size", "economic_risk",
    "risk_multiplier", "normalization_ratio", "trend_ratio", "reconciliation_target_price", "line_target",
    "stay_in_window", "stay_spill", "capped_spending", "line_spending",
)  # fmt: skip
PER_MEASURE = ("applicable_episodes", "percentile", "too_little_data", "scaled_score")
# What a quantity is made of one level below: it is looked for there before it is asked for here.
BELOW = {
    "target_total": ("categories", "category_target"),
    "spending_total": ("categories", "category_spending"),
    "episodes_total": ("categories", "category_episodes"),
    "reconciliation_amount": ("categories", "category_amount"),
    "weighted_scores": ("measures", "weighted_score"),
    "score_weights": ("measures", "applicable_episodes"),
    "category_target": ("lines", "line_target"),
    "category_spending": ("lines", "line_spending"),
    "category_episodes": ("lines", "episodes"),
}


@dataclass
class Settlement:
    """A settled file of hospitals; ``rows`` are its records, ``explain`` the derivation of a figure."""

    form: TeamForm
    force: RulesInForce
    hospitals: Evaluation
    categories: Evaluation
    lines: Evaluation
    measures: Evaluation
    measure_rows: list[dict[str, Any]]
    warnings: list[str] = field(default_factory=list)

    @property
    def year(self) -> int:
        return self.force.performance_year

    @property
    def ids(self) -> list[str]:
        return [str(row["ccn"]) for row in self.form.hospitals.values]

    def rows(self) -> list[dict[str, Any]]:
        """One record a hospital; dollars and fractions unrounded but for the final amounts, absent None."""
        return [
            {"ccn": ccn, "performance_year": self.year, **values}
            for ccn, values in zip(self.ids, _records(self.hospitals, ROWS), strict=True)
        ]

    def category_rows(self) -> list[dict[str, Any]]:
        """One record a category of a hospital."""
        form = self.form
        found = _records(self.categories, PER_CATEGORY)
        keys = zip(form.categories.values, form.categories.parent, strict=True)
        return [
            {"ccn": self.ids[parent], "category": own["category"], **values}
            for (own, parent), values in zip(keys, found, strict=True)
        ]

    def line_rows(self) -> list[dict[str, Any]]:
        """One record an episode or cell: the build-up of its target, spending before and after its cap."""
        form, texts = self.form, ("category", "trigger_code", "price_drg", "setting", "region")
        found = _records(self.lines, PER_LINE)
        keys = zip(form.lines.values, form.lines.parent, strict=True)
        return [
            {"ccn": self.ids[form.categories.parent[parent]], **{t: own.get(t) for t in texts}, **values}
            for (own, parent), values in zip(keys, found, strict=True)
        ]

    def quality_rows(self) -> list[dict[str, Any]]:
        """One record a measure of a hospital."""
        found = _records(self.measures, PER_MEASURE)
        return [
            {"ccn": self.ids[own["hospital"]], "measure": own["measure"], **values}
            for own, values in zip(self.measure_rows, found, strict=True)
        ]

    def explain(self, row: int, quantity: str) -> Node:
        """The derivation of a figure of a hospital; inputs say what they are and where they stood."""
        node = self.hospitals.explain(row, quantity)
        for one in node.walk():
            if one.kind == "input":
                column = described(self.form.layout, one.name)
                one.about = one.about or (column.about if column else None)
        return node

    def assumptions(self) -> list[dict[str, Any]]:
        """Parameters under the results that are neither codified nor official."""
        used = {line["rule"] for line in self.form.lines.values if "rule" in line}
        used |= {"team.quality_measure"} if self.measure_rows else set()
        dated = any(row.get("ccn_effective_date") for row in self.form.hospitals.values)
        used |= {"team.boundary_day"} if dated else set()
        records = [*self.force.assumptions(used), *self.hospitals.assumptions((*WANTED, *ALIGNMENT))]
        return sorted(records, key=lambda record: str(record["rule"]))

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            "program": "team",
            "year": self.year,
            "rows": self.rows(),
            "categories": self.category_rows(),
            "episodes": self.line_rows(),
            "quality": self.quality_rows(),
            "assumptions": self.assumptions(),
            "warnings": self.warnings,
        }


def settle_team(
    path: Path, rules: Rules, year: int | None, fallback: int, wanted: Sequence[str] = WANTED
) -> Settlement:
    """Settle a file for ``year``, else the year the file names, else ``fallback``.

    wanted  quantities of a hospital that must be known
    Raises TEAM-REQUIRED with the name of what lacks and where it stands, TEAM-YEAR, TEAM-TRACK,
    TEAM-EXCLUDED, TEAM-NEW, and what reading the form raises.
    """

    def find(stated: int | None) -> Any:
        chosen = _chosen(stated, year, fallback)
        force = rules.in_force(chosen)
        check_year(force, path.name)
        return lambda code, day: trigger(force, code, day or date(chosen, 1, 1))

    form = read_hospitals(path, find)
    if year is not None and form.year is not None and year != form.year:
        raise CorridorError(
            "TEAM-YEAR",
            f"The file is of {form.year}, and {year} was asked for.",
            why="Tracks, measures and prices differ from year to year.",
            todo="Leave --year away, or correct the column performance_year.",
            file=form.file,
            field="performance_year",
        )
    force = rules.in_force(_chosen(form.year, year, fallback))
    refuse_tracks(form, force)
    found = _evaluate(form, force)
    for row in range(len(found.ids)):
        for quantity in wanted:
            _require(found, "hospitals", row, quantity)
    found.warnings += warnings_of(found.form, found.force, found.rows())
    return found


def _chosen(stated: int | None, year: int | None, fallback: int) -> int:
    """The first year that is given; 0 is one, and no performance year."""
    return next(one for one in (stated, year, fallback) if one is not None)


def _records(evaluation: Evaluation, names: Sequence[str]) -> list[dict[str, Any]]:
    columns = {name: evaluation[name].tolist() for name in names}
    return [{n: to_plain(c[row]) for n, c in columns.items()} for row in range(evaluation.rows)]


def _evaluate(form: TeamForm, force: RulesInForce) -> Settlement:
    lines = _one(LINES, form, form.lines, force, {}, [str(v["category"]) for v in form.lines.values])
    below = {"lines": Children(lines, np.array(form.lines.parent, dtype=np.int64))}
    names = [str(v["category"]) for v in form.categories.values]
    categories = _one(CATEGORIES, form, form.categories, force, below, names)
    rows = _measure_rows(form, force, categories["category_episodes"], lines)
    level = Level(rows, [row["lines"] for row in rows], [row["hospital"] for row in rows])
    measures = _one(MEASURES, form, level, force, {}, [row["measure"] for row in rows])
    above = {
        "categories": Children(categories, np.array(form.categories.parent, dtype=np.int64)),
        "measures": Children(measures, np.array(level.parent, dtype=np.int64)),
    }
    ccns = [str(v["ccn"]) for v in form.hospitals.values]
    hospitals = _one(HOSPITALS, form, form.hospitals, force, above, ccns)
    return Settlement(form, force, hospitals, categories, lines, measures, rows, list(form.warnings))


def _one(
    model: Model,
    form: TeamForm,
    level: Level,
    force: RulesInForce,
    children: dict[str, Children],
    labels: list[str],
) -> Evaluation:
    text = {c.name for c in form.layout.columns if c.type in TEXTS}
    names = [n for n in (*model.inputs(), *model.formulas) if n != "performance_year"]
    columns: dict[str, Any] = {}
    for name in names:
        given = [row.get(name) for row in level.values]
        if name in text:
            columns[name] = np.array(given, dtype=object)
        elif name in model.inputs() or any(value is not None for value in given):
            columns[name] = np.array([np.nan if v is None else float(v) for v in given], dtype=np.float64)
    if "performance_year" in model.inputs():
        columns["performance_year"] = np.full(len(level.values), float(force.performance_year))
    return model.evaluate(
        columns,
        force,
        children=children,
        wanted=[],
        labels=labels,
        evidence=lambda row, name: form.place(level, row, name),
    )


def _measure_rows(
    form: TeamForm, force: RulesInForce, counts: Any, lines: Evaluation
) -> list[dict[str, Any]]:
    """A row for each hospital and measure of the year, with the hospital's episodes it applies to."""
    asked = [m for m in force.rows("team.quality_measure") if m["performance_year"] == force.performance_year]
    rows = []
    for at, hospital in enumerate(form.hospitals.values):
        if hospital.get("composite_quality_score") is not None:
            continue  # what is given is not worked out
        own = [n for n, parent in enumerate(form.categories.parent) if parent == at]
        for measure in asked:
            name, row = measure["measure"], {"hospital": at, "measure": measure["measure"]}
            names = {
                "percentile": f"{name}_percentile",
                "hospitals_worse": f"{name}_worse",
                "hospitals_scored": f"{name}_scored",
                "insufficient": f"{name}_insufficient",
                "pairs": f"{name}_pairs",
            }
            row |= {quantity: hospital.get(column) for quantity, column in names.items()}
            row["applicable_episodes"] = _applicable(form, own, measure["applies_to"], counts, hospital)
            at_lines = form.hospitals.lines[at]
            row["lines"] = {quantity: at_lines[c] for quantity, c in names.items() if c in at_lines}
            rows.append(row)
    return rows


def _applicable(form: TeamForm, own: list[int], scope: str, counts: Any, hospital: dict[str, Any]) -> float:
    if scope == "all":
        total = hospital.get("episodes_total")
        return float(sum(counts[n] for n in own) if total is None else total)
    of = {n: form.categories.values[n] for n in own}
    if scope == "lejr":
        return float(sum(counts[n] for n, values in of.items() if values["category"] == "lejr"))
    found = 0.0
    for values in of.values():
        if values["category"] in OUTPATIENT:
            given = values.get("outpatient_episodes")
            found += np.nan if given is None else float(given)
    return found


OUTPATIENT = ("lejr", "spinal_fusion")  # the categories that have outpatient triggers


def _require(found: Settlement, level: str, row: int, quantity: str) -> None:
    """Refuse what lacks under a quantity, first one level below: a sum over absent values is silent."""
    evaluation: Evaluation = getattr(found, level)
    model, queue, seen = evaluation.model, [quantity], set()
    while queue:
        one = queue.pop()
        if one in seen or one not in model.formulas or evaluation.is_given(one, row):
            continue
        seen.add(one)
        if one in BELOW:
            child, part = BELOW[one]
            parent = _parents(found, child)
            mine = [at for at, above in enumerate(parent) if above == row]
            if not mine:
                _refuse(found, level, row, [one], quantity)
            for at in mine:
                _require(found, child, at, part)
        queue.extend(model.needs(one))
    value = evaluation[quantity][row]
    if value is None or value != value:
        _refuse(found, level, row, _lacking(evaluation.explain(row, quantity), found.form), quantity)


def _parents(found: Settlement, level: str) -> list[int]:
    if level == "measures":
        return [row["hospital"] for row in found.measure_rows]
    return found.form.categories.parent if level == "categories" else found.form.lines.parent


MEASURE_COLUMNS = {"percentile": "_percentile", "hospitals_worse": "_worse", "hospitals_scored": "_scored"}


def _lacking(node: Node, form: TeamForm) -> list[str]:
    """What to ask for below a figure that is absent: the highest figures with nothing given under them."""
    if node.value is not None or node.kind == "rule":
        return []
    asked = form.where(node.name) is not None or node.name in MEASURE_COLUMNS
    given = any(one.kind == "input" and one.value is not None and one.role != "test" for one in node.walk())
    if asked and not given:
        return [node.name]
    found = [name for child in node.children for name in _lacking(child, form)]
    return list(dict.fromkeys(found)) or ([node.name] if asked else [])


def _refuse(found: Settlement, level: str, row: int, names: list[str], quantity: str) -> None:
    form, who = found.form, []
    asked = [name for name in names if name] or [quantity]
    if level == "measures":
        measure = found.measure_rows[row]
        who = [found.ids[measure["hospital"]]]
        asked = [measure["measure"] + MEASURE_COLUMNS.get(n, "") for n in asked if n in MEASURE_COLUMNS] or [
            "outpatient_episodes"
        ]
    elif level == "lines":
        category = form.lines.parent[row]
        who = [found.ids[form.categories.parent[category]], str(form.lines.values[row]["category"])]
    elif level == "categories":
        who = [found.ids[form.categories.parent[row]], str(form.categories.values[row]["category"])]
    else:
        who = [found.ids[row]]
    column = described(form.layout, asked[0])
    line = None
    if level != "measures":
        line = next(iter(getattr(form, level).lines[row].values()), None)
    raise CorridorError(
        "TEAM-REQUIRED",
        f"{', '.join(who)} needs {', '.join(asked)}.",
        why=f"{quantity} cannot be computed without it"
        + (f": {column.about}" if column else "")
        + "; the documents of the model give no value of it that Corridor may take.",
        todo="Fill in " + "; ".join(f"{one}: {form.where(one) or 'the category rows'}" for one in asked),
        file=form.file,
        line=line,
        field=asked[0],
    )
