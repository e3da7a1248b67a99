"""From the inputs of any door to statuses and dollars: the models of QP evaluated together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridor.errors import CorridorError
from corridor.formulas import Children, Evaluation
from corridor.formulas.walk import to_plain
from corridor.programs.qp.inputs import CLINICIAN_NUMBERS, SCORE_NUMBERS, QpInputs, Score, column
from corridor.programs.qp.low_volume import LOW_VOLUME_FORMULAS
from corridor.programs.qp.model import CLINICIANS, CRITERIA, LOW_VOLUME, OPTIONS, SCORES

if TYPE_CHECKING:
    from corridor.law import Rules, RulesInForce

QUALIFYING_FACTOR, OTHER_FACTOR = "pfs.conversion_factor_qp", "pfs.conversion_factor"
RESULT = (
    "status", "best_payment_score", "best_patient_score", "dollars", "incentive_dollars",
    "conversion_factor_dollars", "worth", "incentive_worth", "conversion_factor_worth", "incentive_base",
    "conversion_factor_base", "conversion_factor_gap", "mips_status", "mips_adjustment", "mips_worth",
    "mips_dollars",
)  # fmt: skip
PARTLY = "at least a partial one"
MIPS_WORDS = {
    "excluded_asm": "out of MIPS: ASM applies in the performance year",
    "excluded_qp": "out of MIPS: a qualifying participant",
    "may_elect": "a partial qualifying participant may leave MIPS aside or elect it",
    "required": "required: above all three criteria of the low-volume threshold",
    "may_opt_in": "exempt, at or below a criterion of the low-volume threshold; may opt in",
    "exempt": "exempt: at or below every criterion of the low-volume threshold",
    "exempt_or_opt_in": "exempt, at or below a criterion; whether opting in is open depends on the others",
    "unknown": "neither the QP status nor the low-volume criteria are known",
    "required_unless_low_volume": "required, unless of low volume: not all criteria are known",
    "required_unless_qp": "required, unless a qualifying participant: that status is unknown",
}


@dataclass(frozen=True)
class Result:
    """Statuses and dollars of a file or a run for one performance year."""

    inputs: QpInputs
    force: RulesInForce
    clinicians: Evaluation
    scores: Evaluation
    link: tuple[Any, Any]
    factors: tuple[float, float]

    @property
    def year(self) -> int:
        return self.force.performance_year

    @property
    def payment_year(self) -> int:
        return self.force.payment_year("qp")

    def rows(self) -> list[dict[str, Any]]:
        """One record a clinician under a practice; numbers unrounded, absent None."""
        columns = {name: [to_plain(value) for value in self.clinicians[name].tolist()] for name in RESULT}
        found = []
        for row, one in enumerate(self.inputs.clinicians):
            values = {name: column[row] for name, column in columns.items()}
            decided = self._decided(row, str(values["status"]))
            entities = self.inputs.entities_by_npi[one.npi]
            advanced = self.inputs.is_advanced(one.npi)
            factor = self.factors[0 if values["status"] == "qp" else 1]
            found.append(
                {
                    "npi": one.npi,
                    "tin": one.tin or None,
                    "performance_year": self.year,
                    "payment_year": self.payment_year,
                    "apm_entity_id": " ".join(entities) or None,
                    "advanced_apm": None if advanced != advanced else bool(advanced),
                    **values,
                    **decided,
                    "reason": self._reason(row, str(values["status"]), decided, entities, advanced),
                    "mips_reason": MIPS_WORDS[str(values["mips_status"])],
                    "conversion_factor": None
                    if factor != factor or values["status"] == "unknown"
                    else factor,
                }
            )
        return found

    @cached_property
    def _of_clinician(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for place, row in enumerate(self.link[0].tolist()):
            found.setdefault(row, []).append(place)
        return found

    def _scores_of(self, row: int) -> list[int]:
        return self._of_clinician.get(row, [])

    def _score(self, place: int) -> Score:
        return self.inputs.scores[int(self.link[1][place])]

    def _decided(self, row: int, status: str) -> dict[str, Any]:
        """The score that gives the status: the first one that meets the threshold; else the highest."""
        blank = {"decided_level": None, "decided_basis": None, "decided_snapshot": None, "decided_by": None}
        mine = self._scores_of(row)
        meets = {"qp": "could_qualify", "partial_qp": "could_qualify_partly"}.get(status)
        if meets is None:
            return blank
        enough, advanced = self.scores[meets], self.scores["advanced"]
        able = [int(n) for n in mine if enough[n] and advanced[n] == 1]
        first = min(able, key=lambda n: (self._score(n).snapshot, self._score(n).level, n))
        score = self._score(first)
        return {
            "decided_level": score.level,
            "decided_basis": score.basis,
            "decided_snapshot": score.snapshot,
            "decided_by": self._method(first, "" if status == "qp" else "_partly"),
        }

    def _method(self, place: int, partly: str) -> str:
        if not self.scores[f"meets_medicare{partly}"][place]:
            return "all_payer"
        name = "partial_payment" if partly else "qualifying_payment"
        return "payments" if self.scores["payment_score"][place] >= self.scores[name][place] else "patients"

    def _faults(self, row: int) -> str:
        mine = self._scores_of(row)
        return "; ".join(
            words
            for name, words in (
                ("level_counts", "a clinician's own score does not count in this year"),
                ("basis_counts", "a score on all covered services does not count in this year"),
                ("snapshot_counts", "no score is of a snapshot that decides in an entity that was not left"),
            )
            if not self.scores[name][mine].all()
        )

    def _why_none(self, row: int) -> str:
        if self.scores["counted"][self._scores_of(row)].any():
            return "no score that is known and counts meets a threshold"
        return f"no score counts: {self._faults(row)}"

    def _why_unknown(self, row: int, entities: Sequence[str], advanced: float) -> str:
        mine = self._scores_of(row)
        if not entities and not mine:
            return "no APM entity of the clinician is known"
        if entities and advanced != advanced:
            return (
                f"it is not known whether {' or '.join(entities)} is an Advanced APM (rule qp.entity_track)"
            )
        partly = f"{PARTLY}; " if self.clinicians["qualifies_partly"][row] else ""
        for name, words in (
            (
                "payments_open",
                "a score that counts gives no payments, and either payments or patients suffice",
            ),
            (
                "patients_open",
                "a score that counts gives no patients, and either payments or patients suffice",
            ),
            ("others_open", "other payers are given for one method only, and either suffices"),
        ):
            if (self.scores[name][mine] & self.scores["is_open_partly"][mine]).any():
                return partly + words
        faults = self._faults(row)
        return f"{partly}no score that counts is known" + (f": {faults}" if faults else "")

    def _reason(
        self, row: int, status: str, decided: dict[str, Any], entities: Sequence[str], advanced: float
    ) -> str:
        if status in ("qp", "partial_qp"):
            whose = "the APM entity's" if decided["decided_level"] == "entity" else "the clinician's own"
            how = {"payments": "payments", "patients": "patients", "all_payer": "all payers together"}
            return (
                f"{whose} score by {how[decided['decided_by']]} meets the "
                f"{'threshold' if status == 'qp' else 'partial threshold'} at snapshot "
                f"{decided['decided_snapshot']}"
            )
        if status == "none":
            return "in no Advanced APM" if advanced == 0 else self._why_none(row)
        return self._why_unknown(row, entities, advanced)

    def assumptions(self) -> list[dict[str, Any]]:
        """Parameters under the results that are neither codified nor official."""
        used = {*self.clinicians.bound, *self.scores.bound}
        names = {
            binding.rule
            for model in (CLINICIANS, SCORES)
            for parameter, binding in model.rules.items()
            if parameter in used
        }
        names |= {"qp.status_scope", "qp.payment_lag_years"}
        found = self.force.assumptions(name for name in names if name in self.force)
        for name, value in zip((QUALIFYING_FACTOR, OTHER_FACTOR), self.factors, strict=True):
            if value == value:
                stated = self.force.on(name, date(self.payment_year, 1, 1)).to_dict()
                if stated["status"] not in ("codified", "official"):
                    found.append({key: stated[key] for key in ("rule", "value", "unit", "status", "cite")})
        return found

    def to_dict(self) -> dict[str, Any]:
        """JSON types only."""
        return {
            "program": "qp",
            "year": self.year,
            "payment_year": self.payment_year,
            "rows": self.rows(),
            "assumptions": self.assumptions(),
            "warnings": self.inputs.warnings,
        }


def settle(inputs: QpInputs, rules: Rules, year: int) -> Result:
    """Statuses and dollars for a performance year. Raises what the law raises for a year it does not know."""
    force = rules.in_force(year)
    payment_year = force.payment_year("qp")
    owner, which = inputs.links(force.text("qp.status_scope"))
    scores = _evaluate_scores(inputs, force, owner, which)
    factors = published_factors(force, payment_year)
    updates = force.rows("qp.yearly_update")[0]
    first = int(updates["first_payment_year"])
    given: dict[str, Any] = {
        name: column([one.numbers.get(name, float("nan")) for one in inputs.clinicians])
        for name in CLINICIAN_NUMBERS
    }
    volume = evaluate_low_volume(given, force)
    some = ~(np.isnan(given["allowed_charges"]) & np.isnan(given["patients"]) & np.isnan(given["services"]))
    low_volume = np.array(volume["standing"], dtype=object)
    low_volume[~some] = None
    count = len(inputs.clinicians)
    clinicians = CLINICIANS.evaluate(
        {
            **{name: values for name, values in given.items() if name in CLINICIANS.inputs()},
            "low_volume": low_volume,
            "all_scored": _all_scored(inputs, force.text("qp.status_scope"), scores, owner, which),
            "payment_year": np.full(count, payment_year),
            "first_year_of_update": np.full(count, first),
            "years_of_update": np.full(count, max(0, payment_year - first + 1)),
            "qualifying_factor": np.full(count, factors[0]),
            "other_factor": np.full(count, factors[1]),
        },
        force,
        children={"score": Children(scores, owner)},
        wanted=RESULT,
    )
    return Result(inputs, force, clinicians, scores, (owner, which), factors)


def _all_scored(inputs: QpInputs, scope: str, scores: Evaluation, owner: Any, which: Any) -> Any:
    """Of each clinician: every entity that may be an Advanced APM has a score that counts, or was left.

    Without one nothing is known, except of who is in no Advanced APM at all. On an affiliated practitioner
    list the clinician's own score stands for the entity's.
    """
    settled: list[set[str]] = [set() for _ in inputs.clinicians]
    has_own = [False] * len(inputs.clinicians)
    left = scores["left_entity"] == 1
    for place, (row, at) in enumerate(zip(owner.tolist(), which.tolist(), strict=True)):
        score = inputs.scores[at]
        if score.level == "entity" and (scores["counted"][place] or left[place]):
            settled[row].add(score.subject)
        elif score.level != "entity" and scores["counted"][place]:
            has_own[row] = True
    found = []
    for row, one in enumerate(inputs.clinicians):
        entities = inputs.entities_of(one, scope)
        open_entities = [name for name in entities if inputs.advanced.get(name) != 0]
        own = has_own[row] and (one.affiliated or not entities)
        every = bool(entities) and all(name in settled[row] for name in open_entities)
        found.append(own or every)
    return np.array(found, dtype=bool)


def _evaluate_scores(inputs: QpInputs, force: RulesInForce, owner: Any, which: Any) -> Evaluation:
    """One row a pair of clinician and score: an entity's score counts once for each of its clinicians."""
    last: dict[tuple[str, str], int] = {}
    decides = {int(row["snapshot"]) for row in force.rows("qp.snapshot") if row["decides_qp"]}
    for score in inputs.scores:
        if score.snapshot in decides:
            key = (score.level, score.subject)
            last[key] = max(last.get(key, 0), score.snapshot)
    chosen = [inputs.scores[int(n)] for n in which]
    people = [inputs.clinicians[int(n)] for n in owner]
    several = {one.npi for one in inputs.clinicians if len(inputs.entities_by_npi[one.npi]) > 1}
    columns: dict[str, Any] = {
        name: column([score.numbers[name] for score in chosen]) for name in SCORE_NUMBERS
    }
    columns |= {
        "level": np.array([score.level for score in chosen], dtype=object),
        "basis": np.array([score.basis for score in chosen], dtype=object),
        "snapshot": np.array([score.snapshot for score in chosen], dtype=np.int64),
        "advanced": column([score.advanced for score in chosen]),
        "left_entity": column([score.left_entity for score in chosen]),
        "own_score_counts": column([float(one.affiliated or one.npi in several) for one in people]),
        "is_last_snapshot": column(
            [float(last.get((score.level, score.subject), 0) == score.snapshot) for score in chosen]
        ),
        **{name: np.full(len(chosen), text, dtype=object) for name, text in OPTIONS.items()},
    }
    return SCORES.evaluate(
        columns,
        force,
        labels=[
            f"{score.level} {score.subject}, {score.basis}, snapshot {score.snapshot}" for score in chosen
        ],
        evidence=lambda row, name: None if chosen[row].line is None else f"line {chosen[row].line}",
    )


def published_factors(force: RulesInForce, payment_year: int) -> tuple[float, float]:
    """The conversion factors of QPs and of others in a payment year; NaN where none was published for it."""
    found = []
    for name in (QUALIFYING_FACTOR, OTHER_FACTOR):
        try:
            value = force.on(name, date(payment_year, 1, 1))
        except CorridorError:
            found.append(float("nan"))
            continue
        current = isinstance(value.valid_from, date) and value.valid_from.year == payment_year
        found.append(float(value.value) if current else float("nan"))
    return found[0], found[1]


def evaluate_low_volume(given: dict[str, Any], force: RulesInForce) -> Evaluation:
    """The three criteria of each row; a column that is not given is absent throughout."""
    names = ("allowed_charges", "patients", "services")
    count = len(given["allowed_charges"])
    columns = {
        name: given.get(name, np.full(count, np.nan)) for base in names for name in (base, f"earlier_{base}")
    }
    columns["earlier_is_open"] = given.get("earlier_is_open", np.zeros(count))
    words = {name: np.full(count, text, dtype=object) for name, text in CRITERIA.items()}
    return LOW_VOLUME.evaluate({**columns, **words}, force, wanted=[one.name for one in LOW_VOLUME_FORMULAS])
