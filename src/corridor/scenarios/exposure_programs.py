"""Each program's form settled by the program itself, and settled again with its figures moved.

No dollar is worked out here: ``parts`` evaluates the model that settled the form, with other values of the
quantities that MOVES names and, in a later year, the law of that year.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.formulas import Children, Evaluation
from corridor.formulas.columns import Floats
from corridor.scenarios.exposure_moves import Move, Shocks, moved, still

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

Row = dict[str, Any]

MSSP = (
    Move("benchmark_volume", ("benchmark_expenditure",)),
    Move("benchmark_volume", ("two_way_benchmark_expenditure",), given_only=True),
    Move("cost_volume", ("performance_expenditure",)),
    Move("cost_volume", ("participant_revenue",), given_only=True),
    Move("volume", ("person_years",)),
    Move("volume", ("assigned_beneficiaries",)),
    Move("share", ("quality_score",)),
)
ACO = (
    Move("benchmark_volume", ("benchmark_before_discount", "benchmark_all_aligned", "benchmark_after_quality",
                              "benchmark_expenditure")),
    Move("cost_volume", ("performance_expenditure",)),
    Move("share", ("quality_score",)),
)  # fmt: skip
CATEGORY = (Move("benchmark_volume", ("category_target",)), Move("cost_volume", ("category_spending",)))
HOSPITAL = (
    Move("benchmark_volume", ("target_total",), given_only=True),
    Move("cost_volume", ("spending_total",), given_only=True),
    Move("points", ("composite_quality_score",)),
    Move("cost", ("post_episode_mean",)),
    Move("benchmark", ("post_episode_regional_mean",)),
    Move("benchmark", ("post_episode_regional_deviation",)),
    Move("cost_volume", ("post_episode_amount",), given_only=True),
)
IOTA = (
    Move("volume", ("adult_transplants",)),
    Move("volume", ("medicare_transplants",)),
    Move("volume", ("ma_transplants",)),
    Move("points", ("acceptance_percentile",)),
    Move("points", ("graft_survival_percentile",)),
    Move("points", ("final_performance_score",), given_only=True),
)
AHEAD = {
    "hospital": (Move("benchmark", ("baseline", "budget")), Move("cost_volume", ("ffs_equivalent",))),
    "practice": (Move("volume", ("attributed_beneficiaries",)), Move("benchmark", ("base_payment",))),
    "geo": (
        Move("benchmark", ("bid", "entity_target")),
        Move("volume", ("eligible_months",)),
        Move("cost_volume", ("actual_expenditure",)),
    ),
}
QUARTERS = 4  # of a year
AHEAD_DOLLARS = {"hospital": "retained_revenue", "practice": "epcp", "geo": "geo_settlement"}
SCORES = (
    Move("points", ("final_score",)),
    Move("volume", ("part_b_paid",)),
    Move("volume", ("part_b_paid_payment_year",), given_only=True),
)


@dataclass(frozen=True)
class Part:
    """A model evaluated over some rows of a form; ``quantity`` is their dollars."""

    evaluation: Evaluation
    rows: Sequence[int]
    quantity: str

    def dollars(self) -> Floats:
        """(rows, draws); one column where no draw moves them."""
        found = np.asarray(self.evaluation[self.quantity], dtype=np.float64)
        return found if found.ndim > 1 else found[:, np.newaxis]


@dataclass(frozen=True)
class Settled:
    """A form settled by its program.

    rows     who a row is: id, npi, tin, part; and the quantity whose dollars are shown
    dollars  what the program's own settlement says of each row; NaN where it does not know them
    parts    the law of a year and shocks by row -> the program's models evaluated again
    """

    program: str
    force: RulesInForce
    rows: list[Row]
    dollars: Floats
    parts: Callable[[RulesInForce, Shocks], list[Part]]
    assumptions: list[Row]
    warnings: list[str] = field(default_factory=list)

    @property
    def year(self) -> int:
        return self.force.performance_year

    def again(self, force: RulesInForce, shocks: Shocks) -> Floats:
        """Dollars under a law and shocks, (rows, draws)."""
        made = np.full((len(self.rows), shocks.draws), np.nan)
        for part in self.parts(force, shocks):
            made[part.rows] = part.dollars()
        return made

    def lacks(self, force: RulesInForce) -> list[str] | None:
        """Names of what a law, or the form, does not know under dollars that the form's year knew; None
        where nothing lacks."""
        for part in self.parts(force, still(len(self.rows))):
            dollars = part.dollars()[:, 0]
            for at, row in enumerate(part.rows):
                if np.isnan(dollars[at]) and not np.isnan(self.dollars[row]):
                    walked = part.evaluation.explain(at, part.quantity).walk()
                    leaves = [one.name for one in walked if one.value is None and not one.children]
                    return list(dict.fromkeys(leaves))
        return None


def settle_line(
    program: str,
    path: Path,
    rules: Rules,
    year: int | None,
    fallback: int | None,
    national: bool,
    home: Path | None,
) -> Settled:
    """Settle a form as ``corridor settle`` does. Raises what the program's door and the law raise."""
    if program == "team":
        return _team(path, rules, year, fallback)
    if program == "mssp":
        return _mssp(path, rules, year, fallback, home)
    if program in ("reach", "lead"):
        return _aco(program, path, rules, year, fallback)
    if program in ("iota", "ahead"):
        return _one_form(program, path, rules, year, fallback)
    return (_asm if program == "asm" else _mips)(path, rules, year, fallback, national, home)


def _year_column(evaluation: Evaluation, force: RulesInForce) -> dict[str, Floats]:
    return {"performance_year": np.full(evaluation.rows, float(force.performance_year))}


def _standing(evaluation: Evaluation, ids: Sequence[str]) -> list[str]:
    """What must be said of rows that give savings in place of what they are made of."""
    given = evaluation.given("generated_savings_or_losses")
    return [
        f"{name}: savings are given in place of benchmark and cost, so neither growth nor chance moves them"
        for name, one in zip(ids, given, strict=True)
        if one
    ]


def _team(path: Path, rules: Rules, year: int | None, fallback: int | None) -> Settled:
    from corridor.programs.team.settle import FIRST_YEAR, settle_team

    found = settle_team(path, rules, year, fallback or FIRST_YEAR)
    above = np.array(found.form.categories.parent, dtype=np.int64)

    def parts(force: RulesInForce, shocks: Shocks) -> list[Part]:
        categories = found.categories.again(moved(found.categories, CATEGORY, shocks.of(above)), force)
        own: dict[str, Any] = moved(found.hospitals, HOSPITAL, shocks) | _year_column(found.hospitals, force)
        if force.performance_year != found.year and found.hospitals.given("track").any():
            own["track"] = _open_tracks(found, force)
        children = {"categories": Children(categories, above)}
        hospitals = found.hospitals.again(own, force, children)
        return [Part(hospitals, range(hospitals.rows), "final_amount")]

    rows = [{"id": ccn, "quantity": "final_amount"} for ccn in found.ids]
    dollars = np.asarray(found.hospitals["final_amount"], dtype=np.float64)
    return Settled("team", found.force, rows, dollars, parts, found.assumptions(), found.warnings)


def _open_tracks(found: Any, force: RulesInForce) -> Floats:
    """The approved track of the form's year, where it is still open; else the year's default holds."""
    year = force.performance_year
    shut = {int(r["track"]) for r in force.rows("team.track_open")
            if r["performance_year"] == year and r["open_to"] == "none"}  # fmt: skip
    given = [row.get("track") for row in found.form.hospitals.values]
    return np.array([np.nan if one is None or int(one) in shut else float(one) for one in given])


def _mssp(path: Path, rules: Rules, year: int | None, fallback: int | None, home: Path | None) -> Settled:
    from datetime import date

    from corridor.programs.mssp.door import read_file
    from corridor.programs.mssp.result import settle

    inputs = read_file(path, rules, year, fallback or date.today().year, home)
    assert inputs.year is not None
    found = settle(inputs, rules, inputs.year)
    evaluation = found.settlement.evaluation

    def parts(force: RulesInForce, shocks: Shocks) -> list[Part]:
        again = evaluation.again(moved(evaluation, MSSP, shocks), force)
        return [Part(again, range(evaluation.rows), "earned_savings_or_losses")]

    rows = [{"id": aco, "quantity": "earned_savings_or_losses"} for aco in inputs.aco_ids]
    dollars = np.asarray(found.settlement.column("earned_savings_or_losses"), dtype=np.float64)
    levels = [row["track"] for row in found.settlement.force.rows("mssp.track") if row["basic"]]
    climbing = [
        f"{aco}: level {track} stands in every year; the way up the levels of BASIC is not followed"
        for aco, track in zip(inputs.aco_ids, found.settlement.column("track").tolist(), strict=True)
        if track in levels[:-1]
    ]
    said = [*found.warnings, *_standing(evaluation, inputs.aco_ids), *climbing]
    return Settled("mssp", found.settlement.force, rows, dollars, parts, found.assumptions(), said)


def _aco(program: str, path: Path, rules: Rules, year: int | None, fallback: int | None) -> Settled:
    from corridor.programs.lead.compute import PROGRAM as LEAD
    from corridor.programs.reach.compute import PROGRAM as REACH
    from corridor.programs.reach.form import read_acos
    from corridor.programs.reach.settling import settle

    spec = LEAD if program == "lead" else REACH
    form = read_acos(path, program)
    chosen = next((one for one in (year, form.year, fallback) if one is not None), spec.first_year)
    found = settle(spec, form, rules, chosen)

    def parts(force: RulesInForce, shocks: Shocks) -> list[Part]:
        own = moved(found.acos, ACO, shocks) | _year_column(found.acos, force)
        return [Part(found.acos.again(own, force), range(found.acos.rows), "earned_savings_or_losses")]

    rows = [{"id": aco, "quantity": "earned_savings_or_losses"} for aco in found.ids]
    dollars = np.asarray(found.acos["earned_savings_or_losses"], dtype=np.float64)
    said = [*found.warnings, *_standing(found.acos, found.ids)]
    return Settled(program, found.force, rows, dollars, parts, found.assumptions(), said)


def _one_form(program: str, path: Path, rules: Rules, year: int | None, fallback: int | None) -> Settled:
    from corridor.programs.ahead.compute import PROGRAM as AHEAD_PROGRAM
    from corridor.programs.iota.compute import PROGRAM as IOTA_PROGRAM
    from corridor.programs.one_form import read_rows, settle

    spec = AHEAD_PROGRAM if program == "ahead" else IOTA_PROGRAM
    form, named = read_rows(spec, path, rules, year)
    chosen = next((one for one in (year, named, fallback) if one is not None), spec.first_year)
    found = settle(spec, form, rules, spec.year_of(chosen, rules))
    quantity = AHEAD_DOLLARS if program == "ahead" else {"hospital": "payment"}
    moves: dict[str, Sequence[Move]] = dict(AHEAD) if program == "ahead" else {"hospital": IOTA}

    def parts(force: RulesInForce, shocks: Shocks) -> list[Part]:
        made = []
        for part, (evaluation, mine) in found.parts.items():
            if part in quantity:
                own = moved(evaluation, moves[part], shocks.of(mine)) | _year_column(evaluation, force)
                made.append(Part(evaluation.again(own, force), mine, quantity[part]))
        return made

    spans = {}
    if program == "ahead":
        listed = found.force.rows("ahead.state")
        spans = {row["state"]: (int(row["start_year"]), int(row["end_year"])) for row in listed}
    rows: list[Row] = []
    for at, (name, row) in enumerate(zip(found.ids, form.rows, strict=True)):
        part, state = found.part_of(at), row.get("state")
        own = {"state": state, "years": spans.get(state)} if spans else {}
        rows.append({"id": name, "part": part if spans else None, "quantity": quantity.get(part), **own})
    dollars = np.full(len(rows), np.nan)
    for part, (evaluation, mine) in found.parts.items():
        if part in quantity:
            dollars[mine] = evaluation[quantity[part]]
    said = [*found.warnings, *(_quarters(form.rows, rows) if program == "ahead" else [])]
    return Settled(program, found.force, rows, dollars, parts, found.assumptions(), said)


def _quarters(given: Sequence[Row], rows: Sequence[Row]) -> list[str]:
    """What must be said of practices whose form holds only some quarters of the year."""
    held: dict[str, set[str]] = {}
    for row, own in zip(given, rows, strict=True):
        if own["part"] == "practice":
            held.setdefault(own["id"], set()).add(str(row.get("quarter") or ""))
    return [
        f"{name}: the form holds {len(found)} of {QUARTERS} quarters, and so does every year of the sheet"
        for name, found in held.items()
        if len(found) < QUARTERS
    ]


def _clinicians(columns: Any, own: int) -> list[Row]:
    tins, npis = (np.asarray(columns[name])[:own].tolist() for name in ("tin", "npi"))
    return [
        {"id": str(npi or tin or ""), "npi": npi or None, "tin": tin or None, "quantity": "dollars"}
        for tin, npi in zip(tins, npis, strict=True)
    ]


def _asm(
    path: Path, rules: Rules, year: int | None, fallback: int | None, national: bool, home: Path | None
) -> Settled:
    from corridor.programs.asm.compute import settle
    from corridor.programs.asm.door import read_asm_file
    from corridor.programs.asm.model import SETTLEMENT
    from corridor.programs.asm.settlement import SETTLED

    chosen = next(one for one in (year, fallback, rules.first_year("asm")) if one is not None)
    found = settle(
        read_asm_file(path, rules.in_force(chosen), national=national), rules, chosen, national=national
    )
    whole, own = found.clinicians, found.own
    held = {name: np.asarray(whole[name])[:own] for name in SETTLED}
    if national:  # the cohort stands as it is: one practice does not move the country
        held |= {name: np.asarray(whole[name])[:own] for name in ("logistic_midpoint", "scaling_factor")}
    cohort = np.asarray(whole["cohort"])[:own]
    base = SETTLEMENT.evaluate(held, found.force, groups={"cohort": cohort}, wanted=["dollars"])

    def parts(force: RulesInForce, shocks: Shocks) -> list[Part]:
        changed: dict[str, Any] = dict(moved(base, SCORES, shocks))
        if "final_score" in changed:
            zero = np.asarray(base["has_zero_score"], dtype=bool)[:, np.newaxis]
            changed["has_zero_score"] = zero | (changed["final_score"] <= 0)
        return [Part(base.again(changed, force), range(own), "dollars")]

    dollars = np.asarray(whole["dollars"], dtype=np.float64)[:own]
    said = [*found.warnings, *(["the rest of the cohort stands still in every draw"] if national else [])]
    rows = _clinicians(found.inputs.clinicians, own)
    return Settled("asm", found.force, rows, dollars, parts, found.assumptions(), said)


def _mips(
    path: Path, rules: Rules, year: int | None, fallback: int | None, national: bool, home: Path | None
) -> Settled:
    from datetime import date

    from corridor.programs.mips.compute import settle_file

    chosen = next((one for one in (year, fallback) if one is not None), date.today().year)
    found = settle_file(path, rules, chosen, home, whole_cohort=not national)
    base = found.settlement

    def parts(force: RulesInForce, shocks: Shocks) -> list[Part]:
        return [Part(base.again(moved(base, SCORES, shocks), force), range(base.rows), "dollars")]

    dollars = np.asarray(base["dollars"], dtype=np.float64)
    rows = _clinicians(found.inputs.clinicians, found.inputs.size)
    return Settled("mips", found.force, rows, dollars, parts, found.assumptions(), found.warnings)
