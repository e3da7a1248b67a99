"""Who is in TEAM and from when, and which tracks are open: what a form may not say, what is worth saying."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.programs.team.form import TeamForm


def check_year(force: RulesInForce, file: str | None) -> None:
    """Raises TEAM-YEAR for a year that is no performance year of TEAM."""
    years = known_years(force)
    if force.performance_year not in years:
        raise CorridorError(
            "TEAM-YEAR",
            f"{force.performance_year} is no performance year of TEAM.",
            why=f"TEAM runs from {min(years)} to {max(years)}.",
            todo="Name one of its years with --year, or in the column performance_year.",
            file=file,
            field="performance_year",
        )


def known_years(force: RulesInForce) -> list[int]:
    """The performance years of TEAM."""
    known = [row for value in force.history("team.performance_year") for row in value.value]
    return [int(row["performance_year"]) for row in known]


def open_tracks(force: RulesInForce, hospital: dict[str, Any]) -> list[int]:
    """The tracks open to a hospital in the year, by what the form says of it."""
    listed = any(
        hospital.get(name) for name in ("safety_net", "rural", "sole_community", "essential_access")
    ) or (hospital.get("medicare_dependent") and hospital.get("dependent_statute_in_force"))
    opened = []
    for row in force.rows("team.track_open"):
        to = row["open_to"]
        fits = (
            to == "any"
            or (to == "safety_net" and hospital.get("safety_net"))
            or (to == "listed" and bool(listed))
        )
        if row["performance_year"] == force.performance_year and fits:
            opened.append(int(row["track"]))
    return opened


def refuse_tracks(form: TeamForm, force: RulesInForce) -> None:
    """Raises TEAM-EXCLUDED, TEAM-NEW, TEAM-TRACK for a track nobody may have in the year, TEAM-REQUIRED for a
    Medicare-dependent hospital whose statute is not spoken of."""
    closed = {
        int(row["track"])
        for row in force.rows("team.track_open")
        if row["performance_year"] == force.performance_year and row["open_to"] == "none"
    }
    days = {row["boundary"]: row["day"] for row in force.rows("team.boundary_day")}
    for row, lines in zip(form.hospitals.values, form.hospitals.lines, strict=True):
        if row.get("excluded_as"):
            raise _refused(
                "TEAM-EXCLUDED",
                f"{row['ccn']} is no hospital of TEAM ({row['excluded_as']}).",
                "Participants are acute care hospitals paid under IPPS and OPPS in selected areas, outside "
                "Maryland; Indian Health Service, tribal and critical access hospitals are not.",
                "Take its rows out.",
                form.file,
                lines.get("excluded_as"),
                "excluded_as",
            )
        effective = row.get("ccn_effective_date")
        if isinstance(effective, date) and effective > days["newest_ccn"]:
            # the year that passes is a performance year of TEAM: none lies before the first
            whole = effective.year + int((effective.month, effective.day) != (1, 1))
            first = max(whole, min(known_years(force))) + 1
            if force.performance_year < first:
                raise _refused(
                    "TEAM-NEW",
                    f"{row['ccn']} is new and not in TEAM in {force.performance_year}.",
                    "A hospital whose CCN is effective after "
                    f"{days['newest_ccn']:%Y-%m-%d} is deferred at least one full performance year.",
                    f"Settle it from {first} on; a reorganisation does not make a hospital new.",
                    form.file,
                    lines.get("ccn_effective_date"),
                    "ccn_effective_date",
                )
        if row.get("track") in closed:
            raise _refused(
                "TEAM-TRACK",
                f"{row['ccn']} cannot be in Track {row['track']} in {force.performance_year}.",
                "The track is open to no hospital in that year (42 CFR 512.520).",
                f"Open to it: {', '.join(f'Track {one}' for one in open_tracks(force, row))}.",
                form.file,
                lines.get("track"),
                "track",
            )
        unsaid = row.get("dependent_statute_in_force") is None and row.get("track") is None
        if row.get("medicare_dependent") and unsaid and row.get("track_request") is not None:
            raise _refused(
                "TEAM-REQUIRED",
                f"{row['ccn']} needs dependent_statute_in_force.",
                "A Medicare-dependent hospital is listed for Track 2 only while its statute has not expired.",
                f"Fill in dependent_statute_in_force: {form.where('dependent_statute_in_force')}",
                form.file,
                lines.get("medicare_dependent"),
                "dependent_statute_in_force",
            )


def _refused(
    code: str, what: str, why: str, todo: str, file: str, line: int | None, name: str
) -> CorridorError:
    return CorridorError(code, what, why=why, todo=todo, file=file, line=line, field=name)


def warnings_of(form: TeamForm, force: RulesInForce, rows: list[dict[str, Any]]) -> list[str]:
    """A track that was denied, and risk that was taken as none for want of data."""
    said = []
    for hospital, row in zip(form.hospitals.values, rows, strict=True):
        asked = hospital.get("track_request")
        if asked is not None and hospital.get("track") is None and row["request_granted"] != 1:
            opened = ", ".join(f"Track {one}" for one in open_tracks(force, hospital))
            said.append(
                f"{hospital['ccn']}: Track {asked} is denied in {force.performance_year}; settled as Track "
                f"{row['track']:.0f}, open to it: {opened}"
            )
        given, year = hospital.get("track"), force.performance_year
        if given is not None and given not in open_tracks(force, hospital):
            said.append(
                f"{hospital['ccn']}: Track {given} of {year} is for hospitals of a kind the file does not "
                "name; settled as approved"
            )
    days = [line["anchor_date"] for line in form.lines.values if line.get("anchor_date") is not None]
    if outside := sum(1 for one in days if one.year != force.performance_year):
        said.append(f"{outside} rows have an anchor_date outside {force.performance_year}, the year settled")
    unknown = sum(
        1
        for line, parent in zip(form.lines.values, form.lines.parent, strict=True)
        if form.categories.values[parent].get("category_target") is None
        and line.get("risk_multiplier") is None
        and all(line.get(n) is None for n in ("deprivation", "low_income_subsidy", "full_medicaid"))
        and line.get("coefficient_sum") is None
        and line.get("reconciliation_target_price") is None
        and line.get("line_target") is None
    )
    if unknown:
        said.append(
            f"{unknown} episodes without deprivation index, subsidy or Medicaid: economic risk taken as 0"
        )
    return said
