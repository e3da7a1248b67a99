"""An outcomes-based agreement settled infusion by infusion: who is in it, what is due, what is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corridor.engine.tabular.form import read_form
from corridor.errors import CorridorError
from corridor.formulas import Children, Evaluation
from corridor.formulas.walk import to_plain
from corridor.law import load_rules
from corridor.programs.contract.episode_checks import refuse_identifiers, refuse_leaving
from corridor.programs.contract.figures import NAN, Row, latest, required
from corridor.programs.contract.outcome_formulas import EPISODES, TIERS, TIME_POINTS
from corridor.programs.contract.read import Contract
from corridor.programs.contract.schema_drug import Outcome, OutcomesTerms

if TYPE_CHECKING:
    from corridor.formulas import Node
    from corridor.law import RulesInForce

Array = npt.NDArray[np.float64]
AMOUNTS = (
    "gross_spend", "statutory_rebate", "guaranteed_rebate", "volume_rebate", "outcome_rebate",
    "total_rebate", "supplemental_rebate", "net_cost", "expected_outcome_rebate", "expected_net_cost",
    "federal_net_cost", "state_net_cost",
)  # fmt: skip


@dataclass(frozen=True)
class Outcomes:
    """The settled infusions of an agreement; ``excluded`` are those outside it, each with its reason."""

    contract: Contract
    episodes: list[Row]
    excluded: dict[str, str]
    order: list[str]
    points: list[list[Row]]
    values: Evaluation
    warnings: list[str]
    drawn: Callable[[Array], Evaluation]

    def rows(self) -> list[Row]:
        """One record an infusion, in the order of the file."""
        place = {row["episode"]: at for at, row in enumerate(self.episodes)}
        columns = {
            name: [to_plain(one) for one in self.values[name].tolist()] if self.episodes else []
            for name in AMOUNTS
        }
        found = []
        for episode in self.order:
            at = place.get(episode)
            amounts = {name: None if at is None else columns[name][at] for name in AMOUNTS}
            found.append(
                {
                    "episode": episode,
                    "in_agreement": at is not None,
                    "reason": self.excluded.get(episode, "in the agreement"),
                    **amounts,
                    "outcomes": [] if at is None else self.points[at],
                }
            )
        return found

    def explain(self, place: int, quantity: str = "net_cost") -> Node:
        """The derivation of a quantity of one row. Raises CONTRACT-QUANTITY."""
        episode = self.order[place]
        at = next((n for n, row in enumerate(self.episodes) if row["episode"] == episode), None)
        if at is None or quantity not in EPISODES.formulas:
            raise CorridorError(
                "CONTRACT-QUANTITY",
                f"There is no {quantity} of {episode} to derive.",
                why=self.excluded.get(episode, "A settlement has no such quantity."),
                todo=f"Use an infusion in the agreement, and one of: {', '.join(EPISODES.formulas)}.",
                field="--quantity",
            )
        return self.values.explain(at, quantity)

    def invoices(self) -> list[Row]:
        """The ledger: one record a rebate that is due, by the day it became due, up to the cap."""
        found = []
        inside = [one for one in self.rows() if one["in_agreement"]]
        for row, source in zip(inside, self.episodes, strict=True):
            due = [
                (source["infusion_date"], kind, row[f"{kind}_rebate"]) for kind in ("guaranteed", "volume")
            ]
            due += [(one["due_on"], f"outcome {one['code']}", one["rebate"]) for one in row["outcomes"]]
            room = row["supplemental_rebate"]
            for day, kind, amount in sorted(due, key=lambda one: one[0]):
                paid = min(amount, room)
                room -= paid
                if paid > 0:
                    entry = {"episode": row["episode"], "rebate": kind, "dollars": paid, "due_on": day}
                    found.append(entry)
        return sorted(found, key=lambda one: (one["due_on"], one["episode"], one["rebate"]))

    def to_dict(self) -> dict[str, Any]:
        """Everything for machines."""
        rows = self.rows()
        amounts = ("gross_spend", "statutory_rebate", "supplemental_rebate", "net_cost", "expected_net_cost")
        totals = {
            name: float(sum(row[name] or 0.0 for row in rows))
            for name in (*amounts, "guaranteed_rebate", "volume_rebate", "outcome_rebate")
        }
        return {
            "program": "contract",
            "contract": self.contract.name,
            "title": self.contract.head.title,
            "kind": self.contract.head.kind,
            "fictitious": self.contract.head.fictitious,
            "as_known_on": None if self.contract.known_on is None else str(self.contract.known_on),
            "year": None,
            "rows": rows,
            "totals": totals,
            "invoices": self.invoices(),
            "assumptions": self.values.assumptions() if self.episodes else [],
            "warnings": self.warnings,
        }


def settle_outcomes(contract: Contract, file: Path, followup: Path | None, known_on: date | None) -> Outcomes:
    """Settle the infusions of a file (form contract_episodes) by what was observed (contract_followup).

    Raises FORM-*, CONTRACT-TERM, CONTRACT-TWICE, CONTRACT-FIGURE and CONTRACT-FOLLOWUP.
    """
    contract.refuse_later()
    form = read_form(file, "contract_episodes")
    refuse_identifiers(form.rows, form.lines, form.file)
    rows = latest(form.rows, form.lines, ("episode",), known_on, form.file)
    refuse_leaving(rows, form.file)
    warnings = list(form.warnings)
    observed: dict[tuple[str, str], Row] = {}
    if followup is not None:
        given = read_form(followup, "contract_followup")
        warnings += given.warnings
        found = latest(given.rows, given.lines, ("episode", "outcome"), known_on, given.file)
        observed = {(row["episode"], row["outcome"]): row for row in found}
    terms = contract.terms_on(contract.head.term.start)
    assert isinstance(terms, OutcomesTerms)
    _refuse_followup(observed, rows, terms, followup)
    excluded = {row["episode"]: why for row in rows if (why := _why_out(row, contract, terms))}
    inside = [row for row in rows if row["episode"] not in excluded]
    required(
        inside, "statutory_rebate", lambda row: True, form.file,
        "The statutory rebate stands outside the agreement and comes first.",
        "Take the unit rebate amount of the quarter from CMS's quarterly file to the state, times units.",
    )  # fmt: skip
    required(
        inside, "gross_paid", lambda row: row["units"] is None or row["amount_per_unit"] is None, form.file,
        "Every rebate is a share of what was paid.", "Give gross_paid, or units and amount_per_unit.",
    )  # fmt: skip
    force = load_rules(["cgt"], as_known_on=known_on).in_force(contract.head.term.start.year)
    points, values = _evaluate(inside, terms, observed, form.file, known_on, force)
    order = [str(row["episode"]) for row in rows]
    guessed = [
        one.code for one in terms.outcomes if one.failure_probability and one.observed_probability is None
    ]
    if guessed:
        warnings.append(
            f"observed_probability of {', '.join(guessed)} is not given: taken as if all were measured"
        )

    def drawn(due: Array) -> Evaluation:
        return _evaluate(inside, terms, observed, form.file, known_on, force, due)[1]

    return Outcomes(contract, inside, excluded, order, points, values, warnings, drawn)


def _why_out(row: Row, contract: Contract, terms: OutcomesTerms) -> str:
    head = contract.head.term
    if row["infusion_date"] < head.start:
        return "infused before the term starts: not in the model"
    if row["infusion_date"] > head.through:
        return "infused after the term ends: not in the model"
    if row["ndc9"] not in terms.ndc9:
        return "the product is not in the agreement"
    if row["state"] != terms.state.upper():
        return "the patient was of another state at infusion"
    if row["qualifies"] is False:
        return "the patient does not meet the access policy"
    if row["claim_final"] is False:
        return "the claim is not final"
    return "bought under 340B: no rebate on top" if row["drug_340b"] else ""


def _refuse_followup(
    observed: dict[tuple[str, str], Row], rows: Sequence[Row], terms: OutcomesTerms, file: Path | None
) -> None:
    episodes, codes = {row["episode"] for row in rows}, {one.code for one in terms.outcomes}
    for (episode, code), row in observed.items():
        if episode in episodes and code in codes:
            continue
        raise CorridorError(
            "CONTRACT-FOLLOWUP",
            "The row is of an infusion that is not in the file."
            if episode not in episodes
            else f"The schedule has no outcome {code!r}.",
            why="What was observed would count for nothing.",
            todo=f"Use a key of the file of infusions, and one of: {', '.join(sorted(codes)) or 'none'}.",
            file=file.name if file else None,
            line=row["line"],
            field="episode" if episode not in episodes else "outcome",
        )


def _evaluate(
    rows: list[Row],
    terms: OutcomesTerms,
    observed: dict[tuple[str, str], Row],
    file: str,
    known_on: date | None,
    force: RulesInForce,
    due: Array | None = None,
) -> tuple[list[list[Row]], Evaluation]:
    gross = [
        float(row["gross_paid"])
        if row["gross_paid"] is not None
        else float(row["units"] * row["amount_per_unit"])
        for row in rows
    ]
    points = [
        [
            _judge(row, one, observed.get((row["episode"], one.code)), terms, known_on)
            for one in terms.outcomes
        ]
        for row in rows
    ]
    flat = [
        (at, one, point)
        for at, judged in enumerate(points)
        for one, point in zip(terms.outcomes, judged, strict=True)
    ]

    def column(values: Sequence[float | None]) -> Any:
        return np.array([NAN if one is None else float(one) for one in values], dtype=np.float64)

    time_points = TIME_POINTS.evaluate(
        {
            "by_share": column([one.share is not None for _, one, _ in flat]),
            "share": column([one.share for _, one, _ in flat]),
            "amount": column([one.amount for _, one, _ in flat]),
            "gross": column([gross[at] for at, _, _ in flat]),
            "due_share": column([point["due_share"] for _, _, point in flat]) if due is None else due,
            "is_open": column([point["status"] == "open" for _, _, point in flat]),
            "failure_probability": column([one.failure_probability for _, one, _ in flat]),
            "observed_probability": column(
                [1.0 if one.observed_probability is None else one.observed_probability for _, one, _ in flat]
            ),
        },
        force,
        labels=[f"outcome {one.code}: {point['status']}" for _, one, point in flat],
        evidence=lambda row, quantity: "schedule of the agreement, and what was observed",
    )
    if due is None:
        for (_, _, point), rebate in zip(flat, time_points["rebate_of_outcome"].tolist(), strict=True):
            point["rebate"] = rebate
    volume = _tiers(rows, terms, force)
    one = terms.guaranteed
    inputs = {
        "gross_spend": column(gross),
        "statutory_rebate": column([row["statutory_rebate"] for row in rows]),
        "federal_share": column([row["federal_share"] for row in rows]),
        "guaranteed_by_share": column([float(one is None or one.share is not None)] * len(rows)),
        "guaranteed_share": column([0.0 if one is None else one.share] * len(rows)),
        "guaranteed_amount": column([None if one is None else one.amount] * len(rows)),
        "net_basis": column([float(one is not None and one.basis == "net_of_statutory")] * len(rows)),
        "outcomes_share_cap": column([terms.outcomes_share_cap] * len(rows)),
        "rebate_cap_share": column([terms.rebate_cap] * len(rows)),
    }
    children = {
        "outcomes": Children(time_points, np.array([at for at, _, _ in flat], dtype=np.int64)),
        "tiers": volume,
    }
    values = EPISODES.evaluate(
        inputs,
        force,
        children=children,
        labels=[f"infusion {row['episode']}" for row in rows],
        evidence=lambda row, quantity: (
            f"{file}, line {rows[row]['line']}"
            if quantity in ("gross_spend", "statutory_rebate", "federal_share")
            else "schedule of the agreement"
        ),
    )
    return points, values


def _tiers(rows: list[Row], terms: OutcomesTerms, force: RulesInForce) -> Children:
    volume = terms.volume
    found: list[tuple[int, float, float, float, float]] = []
    if volume is not None:
        periods: dict[int, list[int]] = {}
        order = sorted(range(len(rows)), key=lambda at: (rows[at]["infusion_date"], rows[at]["episode"]))
        for at in order:
            key = rows[at]["infusion_date"].year if volume.period == "calendar_year" else 0
            periods.setdefault(key, []).append(at)
        ends = [*(float(one.from_patient) for one in volume.tiers[1:]), NAN]
        for members in periods.values():
            for number, at in enumerate(members, start=1):
                counted = float(len(members) if volume.retroactive_to_first else number)
                for tier, end in zip(volume.tiers, ends, strict=True):
                    found.append((at, counted, float(tier.from_patient), end, tier.share))
    laid = np.array([one[1:] for one in found], dtype=np.float64).reshape(-1, 4)
    names = ("patient_counted", "from_patient", "below_patient", "tier_share")
    evaluation = TIERS.evaluate(
        {name: laid[:, at] for at, name in enumerate(names)},
        force,
        labels=[f"tier from patient {one[2]:g}" for one in found],
        evidence=lambda row, quantity: "schedule of the agreement",
    )
    return Children(evaluation, np.array([one[0] for one in found], dtype=np.int64))


def _judge(row: Row, one: Outcome, result: Row | None, terms: OutcomesTerms, known_on: date | None) -> Row:
    due_on = months_after(row["infusion_date"], one.evaluation_month)
    left = row["left_on"] is not None and row["left_on"] < due_on
    lived = 0.0 if not left else _months(row["infusion_date"], row["left_on"]) / one.evaluation_month
    if result is not None and result["result"] != "missing":
        status, share = str(result["result"]), float(result["result"] == "failed")
    elif left and row["left_reason"] in ("died", "moved"):
        rule = terms.death_rule if row["left_reason"] == "died" else terms.moved_rule
        status = f"{row['left_reason']}: {rule.replace('_', ' ')}"
        share = {"payable": 1.0, "not_payable": 0.0, "prorated": lived}[rule]
    elif left or result is not None:
        status, share = _missing(one, terms)
    else:
        status, share = "open", 0.0
    return {
        "code": one.code,
        "evaluation_month": one.evaluation_month,
        "due_on": due_on,
        "status": status,
        "can_pay": status == "open" or share > 0,
        "due_share": share,
        "overdue": status == "open" and known_on is not None and due_on <= known_on,
    }


def _missing(one: Outcome, terms: OutcomesTerms) -> tuple[str, float]:
    if terms.missing_rule == "extend":
        return "open", 0.0
    if terms.missing_rule == "imputed":
        return "not observed: imputed", float(one.failure_probability or 0.0)
    return "not observed: no rebate", 0.0


def months_after(day: date, months: int) -> date:
    """The day some whole calendar months later; the last of the month where there is no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(years, month + 1, 1)
    following = date(years + (month == 11), (month + 1) % 12 + 1, 1)
    return first + timedelta(days=min(day.day, (following - first).days) - 1)


def _months(start: date, end: date) -> float:
    whole = (end.year - start.year) * 12 + end.month - start.month
    return float(max(whole - (end.day < start.day), 0))
