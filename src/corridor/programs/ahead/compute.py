"""The form of AHEAD: parts, what it may not say, what a reader must know."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from corridor.engine.tabular.form import Form
from corridor.errors import CorridorError
from corridor.programs.ahead.model import ENTITIES, HOSPITALS, PRACTICES, STATES
from corridor.programs.ahead.obligations import markets, obligations
from corridor.programs.one_form import Part, Program, Settled

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

WEIGHTS = ("by1_weight", "by2_weight", "by3_weight")
LEDGER = (
    "model_year", "composition", "baseline", "payment_adjustment_effect", "demographic_effect",
    "market_shift", "service_line_change", "social_risk_effect", "quality_effect", "incentive_effect",
    "tcoc_effect", "effectiveness_effect", "budget", "periodic_payment", "last_payment", "retained_revenue",
    "variance", "what_if_budget", "what_if_retained_revenue",
)  # fmt: skip
PARTS = {
    "hospital": Part(HOSPITALS, ("budget",), LEDGER, "budget", ("state", "payer", "hospital_type")),
    "state": Part(
        STATES,
        ("target_pbpy",),
        ("model_year", "target_pbpy", "gap_pbpy", "gap_share", "gap_sign", "gap_dollars", "all_payer_gap",
         "primary_care_gap"),
        "target_pbpy",
        ("state",),
    ),
    "practice": Part(
        PRACTICES,
        ("epcp",),
        ("limited_quality_adjustment", "beneficiary_months", "epcp", "practice_epcp", "mean_epcp"),
        "epcp",
        ("state", "quarter"),
        {"practice": "practice_quarter"},
    ),
    "geo": Part(
        ENTITIES,
        ("entity_target", "geo_settlement"),
        ("entity_target", "generated_savings_or_losses", "geo_settlement"),
        "geo_settlement",
        ("state",),
    ),
}  # fmt: skip
DATED = {"market_shift_date": "market_shift_share", "service_line_date": "service_line_share"}


def _year_of(stated: int, rules: Rules) -> int:
    return stated


def _prepare(form: Form, force: RulesInForce) -> None:
    """Raises AHEAD-WEIGHTS, AHEAD-STATE, AHEAD-YEAR, more by row; dates become shares of the year."""
    _check_weights(form, force)
    states = {row["state"]: row for row in force.rows("ahead.state")}
    gone = {row["state"]: row["withdrawn"] for row in force.rows("ahead.withdrawn_state")}
    for row, line in zip(form.rows, form.lines, strict=True):
        state = row.get("state")
        if state is not None and state not in states:
            raise CorridorError(
                "AHEAD-STATE",
                f"{state} is not in AHEAD" + (f": it withdrew ({gone[state]})." if state in gone else "."),
                why="Public records say so, CMS's page was not seen since." if state in gone else "",
                todo=f"States: {', '.join(sorted(states))}. Another list: --set ahead.state=[...].",
                file=form.file,
                line=line,
                field="state",
                rule="ahead.withdrawn_state" if state in gone else "ahead.state",
            )
        years = states.get(state)
        if years and not years["start_year"] <= force.performance_year <= years["end_year"]:
            raise CorridorError(
                "AHEAD-YEAR",
                f"{state} is in AHEAD from {years['start_year']} to {years['end_year']}, "
                f"not in {force.performance_year}.",
                todo="Correct performance_year or --year.",
                file=form.file,
                line=line,
                field="performance_year",
                rule="ahead.state",
            )
        _check_row(row, line, form, force)
        row["practice_quarter"] = f"{row['entity_id']} {row.get('quarter') or ''}".strip()
        for dated, share in DATED.items():
            row[share] = _share_of_year(row.get(dated), force.performance_year)


def _check_row(row: dict[str, Any], line: int, form: Form, force: RulesInForce) -> None:
    """Raises AHEAD-YEAR, AHEAD-CORRIDOR and AHEAD-MONTHS for what a part of the form cannot say."""
    kind, months = row.get("component"), row.get("eligible_months")
    if kind == "geo":
        rules = {one["state"]: one for one in force.rows("ahead.geo_entities")}
        first = rules.get(row.get("state"), rules["other"])["first_year"]
        if force.performance_year < first:
            raise CorridorError(
                "AHEAD-YEAR",
                f"Geo AHEAD begins in {first}; the year is {force.performance_year}.",
                todo="Correct performance_year or --year.",
                file=form.file,
                line=line,
                field="performance_year",
                rule="ahead.geo_entities",
            )
        one, two = (row.get(f"corridor_{number}_edge") for number in (1, 2))
        if one is not None and two is not None and two < one:
            raise CorridorError(
                "AHEAD-CORRIDOR",
                f"The second corridor ends at {two:g}, before the first ends at {one:g}.",
                todo="Correct the edges: each is the end of its corridor, a fraction of the target.",
                file=form.file,
                line=line,
                field="corridor_2_edge",
            )
    whole = force.number("ahead.payment_months")
    if kind == "practice" and months is not None and months > whole:
        raise CorridorError(
            "AHEAD-MONTHS",
            f"{months:g} months of eligibility are more than the {whole:g} of a quarter.",
            todo="Give the months of each beneficiary within the quarter; a row a quarter.",
            file=form.file,
            line=line,
            field="eligible_months",
            rule="ahead.payment_months",
        )


def _share_of_year(first: date | None, year: int) -> float:
    """What is left of the year from a day on; all of it without a day."""
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    left = end - min(max(first or start, start), end)
    return left / (end - start) if left > timedelta(0) else 0.0


def _check_weights(form: Form, force: RulesInForce) -> None:
    held = {name: force.number(f"ahead.{name}") for name in WEIGHTS}
    if round(sum(held.values()) * 100, 1) != 100:
        raise CorridorError(
            "AHEAD-WEIGHTS",
            f"The weights of the base years sum to {sum(held.values()):g}.",
            why="A baseline is a weighted mean.",
            todo="Override all three of ahead.by1_weight, ahead.by2_weight and ahead.by3_weight.",
            field="by1_weight",
        )
    for row, line in zip(form.rows, form.lines, strict=True):
        for name in WEIGHTS:
            if row.get(name) is not None and row[name] != held[name]:
                raise CorridorError(
                    "AHEAD-WEIGHTS",
                    f"{name} is {row[name]:g}; the specification in force has {held[name]:g}.",
                    why="The weights are of the specification, not of a hospital.",
                    todo=f"Correct it, or settle under other weights: --set ahead.{name}={row[name]:g}.",
                    file=form.file,
                    line=line,
                    field=name,
                    rule=f"ahead.{name}",
                )


def _warn(found: Settled) -> list[str]:
    """What a reader must know; control totals and obligations go beside the rows."""
    said = [
        *_places(found),
        *(_practices(found) if "practice" in found.parts else []),
        *(_entities(found) if "geo" in found.parts else []),
    ]
    if "hospital" in found.parts:
        found.extra["ledger"] = [line for row in found.parts["hospital"][1] for line in ledger(found, row)]
        found.extra["markets"] = markets(found)
        said += [
            f"market {one['market']}: volume that moved does not sum to zero ({one['net_volume']:,.0f}); "
            "hospitals are missing, or it left for hospitals without a budget, which are paid nothing of it"
            for one in found.extra["markets"]
            if abs(one["net_volume"]) >= 1
        ]
    if "state" in found.parts:
        found.extra["obligations"] = obligations(found)
    return list(dict.fromkeys(said))


def _places(found: Settled) -> list[str]:
    said = []
    own = {row["state"] for row in found.force.rows("ahead.state_method")}
    regions: dict[str, set[str]] = {}
    for row in found.force.rows("ahead.region_county"):
        regions.setdefault(row["state"], set()).add(row["county"])
    for at, row in enumerate(found.form.rows):
        state, county = row.get("state"), row.get("county")
        if state in own and found.part_of(at) == "hospital":
            said.append(f"{state}: hospitals may use a method of the state instead of CMS's budget")
        if county and state in regions and county.lower() not in regions[state]:
            said.append(f"{found.ids[at]}: {county} is not in the region of {state}")
    return said


def _practices(found: Settled) -> list[str]:
    least, most = (found.force.number(f"ahead.epcp_{end}") for end in ("least", "most"))
    said = []
    for row, record in zip(found.form.rows, found.rows(), strict=True):
        mean, name = record.get("mean_epcp"), record["entity_id"]
        if mean is not None and not least <= mean <= most:
            said.append(
                f"{name}: ${mean:,.2f} a beneficiary and month; means of {least:g} to {most:g} are reported"
            )
        if row.get("hospital_owned") and not row.get("parent_in_budget"):
            said.append(
                f"{name}: owned by a hospital that is not known to have a global budget: not eligible"
            )
        if row.get("in_medicaid_program") is False:
            said.append(f"{name}: not in the state's Medicaid primary care program: not eligible")
    return said


def _entities(found: Settled) -> list[str]:
    said = []
    for column, rule, of in (
        ("beneficiaries", "ahead.geo_minimum", "an entity"),
        ("division_beneficiaries", "ahead.geo_division_minimum", "a division of the state"),
    ):
        least = found.force.number(rule)
        said += [
            f"{name}: {row[column]:,.0f} beneficiaries may be attributed; {of} needs {least:,.0f}"
            for row, name in zip(found.form.rows, found.ids, strict=True)
            if row.get("component") == "geo" and row.get(column) is not None and row[column] < least
        ]
    return said


def ledger(found: Settled, row: int) -> list[dict[str, Any]]:
    """The budget of a hospital line by line, in its order of composition: step, dollars, what then stands."""
    figures = found.values(row, (*LEDGER, "running_budget"))
    place = next(
        one for one in found.force.rows("ahead.step_position") if one["composition"] == figures["composition"]
    )
    steps = sorted((int(at), name) for name, at in place.items() if name != "composition")
    standing = figures["running_budget"]
    steps = [(0, "baseline"), *steps]
    return [
        {
            "entity_id": found.ids[row],
            "step": name,
            "dollars": standing[at] - (standing[at - 1] if at else 0.0),
            "standing": standing[at],
        }
        for at, name in steps
    ]


PROGRAM = Program(
    name="ahead",
    title="AHEAD",
    id_column="entity_id",
    first_year=2026,
    parts=PARTS,
    part_column="component",
    year_of=_year_of,
    prepare=_prepare,
    warn=_warn,
)
