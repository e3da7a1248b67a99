"""The calculator doors of QP and of the low-volume test: a filled-in form becomes inputs of the models."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.engine.tabular.form import Form, read_form
from corridor.errors import CorridorError
from corridor.programs.qp.inputs import (
    CLINICIAN_NUMBERS,
    SCORE_NUMBERS,
    Clinician,
    QpInputs,
    Score,
    best_of,
    number,
    track_of,
)

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Row = dict[str, Any]


def read_qp_file(path: Path, force: RulesInForce) -> QpInputs:
    """Read and check a file of scores (layouts/form/qp.yaml). Identifiers are echoed unchanged.

    Raises FORM-* and TABULAR-* for the file; QP-WHO, QP-NOBODY, QP-LEVEL, QP-DIFFERS and QP-SHARE with line
    and field.
    """
    form = read_form(path, "qp")
    advanced = _advanced(form, force)
    clinicians = _clinicians(form)
    # a score without a snapshot is that of the last one that decides
    latest = max(int(row["snapshot"]) for row in force.rows("qp.snapshot") if row["decides_qp"])
    scores = _scores(form, advanced, latest)
    return QpInputs(clinicians, scores, advanced, form.file, form.warnings)


def _advanced(form: Form, force: RulesInForce) -> dict[str, float]:
    found: dict[str, float] = {}
    for row, line in zip(form.rows, form.lines, strict=True):
        entity, stated = row["apm_entity_id"], number(row["advanced_apm"])
        if entity is None:
            continue
        if math.isnan(found.get(entity, math.nan)):
            found[entity] = stated
        elif not math.isnan(stated) and found[entity] != stated:
            raise _differs(form, line, "advanced_apm", f"The entity {entity}")
    return {
        entity: track_of(entity, force) if math.isnan(stated) else stated for entity, stated in found.items()
    }


def _clinicians(form: Form) -> list[Clinician]:
    found: dict[tuple[str, str], Clinician] = {}
    for row, line in zip(form.rows, form.lines, strict=True):
        if row["npi"] is None:
            if row["apm_entity_id"] is None:
                raise CorridorError(
                    "QP-WHO",
                    "The row names neither a clinician nor an APM entity.",
                    why="A score is the clinician's own, or that of an entity.",
                    todo="Fill in npi, apm_entity_id, or both.",
                    file=form.file,
                    line=line,
                    field="npi",
                )
            continue
        one = found.setdefault(
            (row["npi"], row["tin"] or ""), Clinician(row["npi"], row["tin"] or "", line=line)
        )
        if row["apm_entity_id"] is not None and row["apm_entity_id"] not in one.entities:
            one.entities.append(row["apm_entity_id"])
        one.affiliated = one.affiliated or bool(row["affiliated_practitioner"])
        for name in CLINICIAN_NUMBERS:
            value = number(row[name])
            if math.isnan(one.numbers.get(name, math.nan)):
                one.numbers[name] = value
            elif not math.isnan(value) and one.numbers[name] != value:
                raise _differs(form, line, name, f"NPI {one.npi} under TIN {one.tin or 'not given'}")
    if not found:
        raise CorridorError(
            "QP-NOBODY",
            "The file names no clinician.",
            why="A status is a clinician's, even where the score is the entity's.",
            todo="Add a row with npi and apm_entity_id for each clinician of the entity.",
            file=form.file,
            field="npi",
        )
    return list(found.values())


def _scores(form: Form, advanced: dict[str, float], latest: int) -> list[Score]:
    found: dict[tuple[str, str, str, int], Score] = {}
    own: dict[str, list[float]] = {}
    # said once, it is said of the entity, whichever of its rows is read
    left = {row["apm_entity_id"] for row in form.rows if row["left_entity"]}
    for row in form.rows:
        if row["npi"] is not None:
            entity = row["apm_entity_id"]
            stated = advanced[entity] if entity is not None else number(row["advanced_apm"])
            said = own.setdefault(row["npi"], [])
            if entity is not None or not math.isnan(stated):
                said.append(stated)
    for row, line in zip(form.rows, form.lines, strict=True):
        numbers = {name: number(row[name]) for name in SCORE_NUMBERS}
        if all(math.isnan(value) for value in numbers.values()):
            continue
        level = row["level"] or ("entity" if row["apm_entity_id"] is not None else "individual")
        subject = row["apm_entity_id"] if level == "entity" else row["npi"]
        if subject is None:
            raise CorridorError(
                "QP-LEVEL",
                f"A score of the level {level} needs {'apm_entity_id' if level == 'entity' else 'npi'}.",
                why="It is not clear whose score it is.",
                todo="Fill it in, or give the other level.",
                file=form.file,
                line=line,
                field="level",
            )
        _refuse_share(form, row, line)
        stated = advanced[subject] if level == "entity" else best_of(own[subject])
        score = Score(
            level,
            subject,
            row["basis"] or "given",
            row["snapshot"] or latest,
            numbers,
            stated,
            1.0 if level == "entity" and subject in left else number(row["left_entity"]),
            line,
        )
        key = (level, subject, score.basis, score.snapshot)
        before = found.setdefault(key, score)
        for name, value in numbers.items():
            if not _same(before.numbers[name], value):
                raise _differs(form, line, name, f"The score of {subject} ({level}, {score.basis})")
    return list(found.values())


def _refuse_share(form: Form, row: Row, line: int) -> None:
    for part, whole in (
        ("attributed_payments", "eligible_payments"),
        ("attributed_patients", "eligible_patients"),
        ("other_attributed_payments", "other_eligible_payments"),
        ("other_attributed_patients", "other_eligible_patients"),
    ):
        if row[part] is not None and row[whole] is not None and row[part] > row[whole]:
            raise CorridorError(
                "QP-SHARE",
                f"{part} is larger than {whole}.",
                why="The first is a part of the second: a score is never above one.",
                todo="Check whether the two columns were exchanged.",
                file=form.file,
                line=line,
                field=part,
            )


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _differs(form: Form, line: int, name: str, whose: str) -> CorridorError:
    return CorridorError(
        "QP-DIFFERS",
        f"{whose} has another {name} on an earlier row.",
        why="It is one figure, given once or the same on every row.",
        todo="Correct one of the two, or leave the cell blank.",
        file=form.file,
        line=line,
        field=name,
    )


def read_low_volume_file(path: Path) -> Form:
    """Read and check a file of the three criteria. Raises QP-TWICE beside what ``read_form`` raises."""
    form = read_form(path, "low_volume")
    seen: dict[tuple[Any, Any], int] = {}
    for row, line in zip(form.rows, form.lines, strict=True):
        key = (row["npi"], row["tin"])
        if key in seen and key != (None, None):
            raise CorridorError(
                "QP-TWICE",
                f"The same NPI and TIN stand on line {seen[key]}.",
                why="The test is made once for each.",
                todo="Keep one of the two rows.",
                file=form.file,
                line=line,
                field="npi",
            )
        seen[key] = line
    return form
