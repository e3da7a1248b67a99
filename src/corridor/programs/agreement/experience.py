"""Feedback as a table: rows of the QPP Experience public use file, or a list of scores and categories.

The public use file has the headers CMS gives it, of 2022 and after; the other has Corridor's names
(docs/agreement.md). Both are read by the names of their columns, in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from corridor.errors import CorridorError
from corridor.programs.agreement.model import Category, Feedback, Measure
from corridor.programs.table import DoorTable, read_door_table

MOST_MEASURES = 24
ABSENT = frozenset({"", "na", "n/a", "null", "none", "nan", "-", "*"})
YES = frozenset({"true", "yes", "y", "1", "t"})
# the headers of CMS's file -> ours
HEADERS: Mapping[str, str] = {
    "payment_adjustment_percentage": "payment_adjustment_percent",
    "quality_category_score": "quality_percent",
    "quality_category_weight": "quality_weight",
    "quality_improvement_score": "quality_improvement",
    "small_practice_bonus": "quality_bonus",
    "small_practice_status": "small_practice",
    "promoting_interoperability_pi_category_score": "promoting_interoperability_percent",
    "promoting_interoperability_pi_category_weight": "promoting_interoperability_weight",
    "improvement_activities_ia_category_score": "improvement_activities_points",
    "improvement_activities_ia_category_weight": "improvement_activities_weight",
    "cost_category_score": "cost_percent",
    "cost_improvement_score": "cost_improvement",
    "cost_category_weight": "cost_weight",
    "participation_option": "participation",
    "mips_value_pathway_id": "mvp_id",
    "pi_reweighting_special_status_or_clinician_type": "interoperability_special_status",
    "pi_reweighting_hardship_exception": "interoperability_hardship",
    "pi_reweighting_euc": "interoperability_circumstance",
}
OF_MEASURES: Mapping[str, tuple[str, str]] = {
    "quality": ("quality_measure_id_", "quality_measure_score_"),
    "cost": ("cost_measure_id_", "cost_measure_achievement_points_"),
    "promoting_interoperability": ("pi_measure_id_", "pi_measure_score_"),
    "improvement_activities": ("ia_measure_id_", "ia_measure_score_"),
}
SHOWN = {"quality": 1, "cost": 1, "promoting_interoperability": 0, "improvement_activities": 0}
OF_CATEGORY = {"quality": 2, "cost": 4, "promoting_interoperability": 2, "improvement_activities": 2}
NEEDED = ("final_score", "quality_percent")  # at least one of them


def read_experience(path: Path, digest: str, year: int | None) -> list[Feedback]:
    """One participant a row. Raises AGREEMENT-FILE without a column of final scores, AGREEMENT-NUMBER."""
    table = read_door_table(path, sorted({*NEEDED, "tin", "npi", *HEADERS}))
    columns = {HEADERS.get(name, name): name for name in table.columns}
    if not set(NEEDED) & set(columns):
        raise CorridorError(
            "AGREEMENT-FILE",
            "The file is no feedback of the Quality Payment Program.",
            why="It has no column of final scores, nor of the quality category.",
            todo="Give an answer of the scoring API, rows of CMS's QPP Experience file, or a list with "
            "final_score (docs/agreement.md).",
            file=path.name,
        )
    public = "payment_adjustment_percentage" in table.columns and "participation_option" in table.columns
    kind = "experience" if public else "scores"
    rows = (_Row(table, columns, at, path.name) for at in range(len(table.lines)))
    return [_feedback(row, kind, digest, year) for row in rows]


class _Row:
    """One row by our names."""

    def __init__(self, table: DoorTable, columns: Mapping[str, str], at: int, file: str) -> None:
        self.table, self.columns, self.at, self.file = table, columns, at, file
        self.place = f"{table.place} {table.lines[at]}"

    def text(self, name: str) -> str:
        """The text of a cell; empty where it is absent."""
        if name not in self.columns:
            return ""
        found = self.table.cells[self.columns[name]][self.at].strip()
        return "" if found.lower() in ABSENT else found

    def number(self, name: str) -> float | None:
        """The number of a cell. Raises AGREEMENT-NUMBER."""
        text = self.text(name)
        if not text:
            return None
        try:
            return float(text.removesuffix("%").replace(",", ""))
        except ValueError as error:
            raise CorridorError(
                "AGREEMENT-NUMBER",
                f"{text!r} is not a number.",
                todo="Write the figure as CMS prints it, or leave the cell empty.",
                file=self.file,
                line=self.table.lines[self.at],
                field=self.columns[name],
            ) from error

    def yes(self, name: str) -> bool | None:
        """A flag; None where the cell is empty."""
        text = self.text(name).lower()
        return None if not text else text in YES


def _feedback(row: _Row, kind: str, digest: str, year: int | None) -> Feedback:
    stated = row.number("performance_year")
    percent = row.number("payment_adjustment_percent")
    factor = row.number("payment_adjustment_factor")
    mvp = row.text("mvp_id")
    excused = (
        "interoperability_special_status",
        "interoperability_hardship",
        "interoperability_circumstance",
    )
    return Feedback(
        file=row.file,
        sha256=digest,
        kind=kind,
        place=row.place,
        year=int(stated) if stated is not None else year,
        tin=row.text("tin"),
        npi=row.text("npi"),
        participation=row.text("participation").lower().replace(" ", "_"),
        pathway="mvp" if mvp else row.text("pathway") or "traditional",
        small_practice=row.yes("small_practice"),
        interoperability_reweighted=any(row.yes(name) for name in excused),
        final_score=row.number("final_score"),
        adjustment=percent / 100 if percent is not None else factor,
        complex_patient_bonus=row.number("complex_patient_bonus"),
        categories={name: found for name in OF_MEASURES if (found := _category(row, name)) is not None},
    )


def _category(row: _Row, name: str) -> Category | None:
    measures = tuple(_measures(row, name))
    percent, weight = row.number(f"{name}_percent"), row.number(f"{name}_weight")
    points = row.number(f"{name}_points")  # CMS prints the activities in points of the whole category
    if percent is None and points is None and weight is None and not measures:
        return None
    return Category(
        percent=percent,
        decimals=OF_CATEGORY[name],
        points=points,
        weight=weight,
        bonus=row.number(f"{name}_bonus") or 0.0,
        improvement=row.number(f"{name}_improvement") or 0.0,
        available=row.number(f"{name}_available"),
        measures=measures,
    )


def _measures(row: _Row, name: str) -> list[Measure]:
    identifier, score = OF_MEASURES[name]
    found = []
    for number in range(1, MOST_MEASURES + 1):
        measure = row.text(f"{identifier}{number}")
        points = row.number(f"{score}{number}")
        if measure and points is not None:
            kind = row.text(f"quality_measure_collection_type_{number}") if name == "quality" else ""
            found.append(Measure(measure, points, SHOWN[name], collection_type=kind, counted=True))
    return found
