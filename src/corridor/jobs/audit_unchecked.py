"""What audits of a run could not check, because a public list they need is not installed, in words."""

from __future__ import annotations

from corridor.engine.runs import Run

TELEHEALTH, ASP, RVU = "reference.telehealth_code", "reference.asp_price", "reference.pfs_rvu"
ALL = frozenset({"telehealth", "drugs", "skin-substitutes"})


def unchecked(run: Run, audits: frozenset[str]) -> list[str]:
    """For the audits findings bear: which kind of finding was not looked for, where, and what to install."""
    said = []
    if "telehealth" in audits:
        said += _telehealth(run)
    if "drugs" in audits and run.has("billing.audit_part_b_drug") and not _filled(run, ASP):
        said.append(
            "No payment limits (ASP) are installed: prices of drugs were not checked (drug_price_off). "
            "corridor reference add with CMS's ASP pricing files, then run again."
        )
    if "skin-substitutes" in audits and run.has("billing.audit_skin_substitute") and not _filled(run, RVU):
        said.append(
            "No relative value file of 2026 is installed: the rate of skin substitutes was not checked. "
            "corridor reference add with CMS's PPRRVU file, then run again."
        )
    return said


def _telehealth(run: Run) -> list[str]:
    if not run.has("billing.audit_telehealth"):
        return []
    add = "corridor reference add with CMS's list of telehealth services, then run again."
    if not _filled(run, TELEHEALTH):
        return [
            f"No list of telehealth services is installed: telehealth_not_listed was not looked for. {add}"
        ]
    if not run.has("claims.service_line"):
        return []
    years = run.query(
        "select distinct cast(extract(year from service_date) as integer) as year from claims.service_line "
        f"where extract(year from service_date) not in (select year from {TELEHEALTH}) order by year"
    )
    named = ", ".join(str(row["year"]) for row in years if row["year"] is not None)
    if not named:
        return []
    return [
        f"No list of telehealth services of {named} is installed: telehealth_not_listed was not looked "
        f"for in those services. {add}"
    ]


def _filled(run: Run, table: str) -> bool:
    """Whether the run read rows of a reference table; one that is not installed has no view."""
    return bool(run.manifest.get("externals", {}).get(table))
