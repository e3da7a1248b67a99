"""The derivation of a price: the tree of the functions that computed it, and where inputs come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import numpy as np

from corridor.billing.pricing import anesthesia
from corridor.billing.pricing.codes import ANESTHESIA, REASON, SETTINGS
from corridor.billing.pricing.columns import evaluate
from corridor.billing.pricing.formulas import rounding_matters
from corridor.billing.pricing.shape import Law, Lines
from corridor.formulas import Node
from corridor.law.force import UNOFFICIAL

SCOPE = "pfs.multiple_procedure_scope"
# Inputs that a list of the law decides -> the rule, and the value that means it did nothing.
DECIDED: dict[str, tuple[str, Any]] = {
    "bilateral_factor": ("pfs.bilateral_factor", 1.0),
    "practitioner_factor": ("pfs.practitioner_share", 1.0),
    "global_split_factor": ("pfs.global_split", 1.0),
    "procedure_share": ("pfs.procedure_share", 1.0),
    "film_reduction": ("pfs.film_reduction", 0.0),
    "endoscopy_base_amount": ("pfs.endoscopy_further", 0.0),
    "technical_repeated": (SCOPE, False),
    "professional_repeated": (SCOPE, False),
    "repeated_units": (SCOPE, 0.0),
    "therapy_assistant": ("pfs.modifier_effect_assumed", False),
}
IN_COMPANY = ("procedure_share", "endoscopy_base_amount")  # what the other lines of a session decide
# Why a line is paid nothing or not at all -> the rules that say so and may not be official.
BEHIND_REASON = {
    "endoscopy_base_included": (SCOPE,),
    "incident_to_in_hospital": ("pfs.hospital_place", "pfs.private_therapist"),
}
FROM_FILE = ("work_rvu", "pe_rvu", "mp_rvu", "opps_pe_rvu", "opps_mp_rvu")
FROM_INDICES = ("work_gpci", "pe_gpci", "mp_gpci")


class Explained:
    """Collects, as the ``watch`` of price_requests, the tree of every line the formulas give an amount.

    trees   request_id -> its tree
    rules   the rules under all of them that are neither codified nor official, by name
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.trees: dict[int, Node] = {}
        self.rules: dict[str, dict[str, Any]] = {}

    def __call__(self, law: Law, lines: Lines) -> None:
        """Derive the lines of one chunk."""
        identity = lines.columns["request_id"]
        by_units = law.rates.treatment[lines.columns["rate_id"]] == ANESTHESIA
        at = np.flatnonzero((lines.reason == 0) & ~by_units)
        if len(at):
            found = evaluate(law, lines, at, ("amount",), evidence(law, lines, at))
            for row, position in enumerate(at.tolist()):
                self._keep(law, int(identity[position]), found.explain(row, "amount"))
            if np.any(rounding_matters(found)):
                self._note(law, "pfs.line_rounding")
            if law.rates.exempt[lines.columns["rate_id"][at]].any():
                self._note(law, "pfs.multiple_procedure_exempt_global")
        at = np.flatnonzero((lines.reason == 0) & by_units)
        if len(at):
            units = anesthesia.base_units(self.con, law, lines, at)
            priced = anesthesia.evaluate(law, lines, at, units, anesthesia.national_factors(law, lines, at))
            for row, position in enumerate(at.tolist()):
                self._keep(law, int(identity[position]), priced.explain(row, "anesthesia_amount"))
            unpublished = np.isnan(anesthesia.published_factors(law, lines, at))
            for qp in set(lines.columns["qp"][at][unpublished].tolist()):
                self._note(law, anesthesia.NATIONAL[bool(qp)])
                self._note(law, "pfs.anesthesia_share")
        self._note_words(law, lines)

    def _keep(self, law: Law, request: int, tree: Node) -> None:
        self.trees[request] = tree
        for node in _nodes(tree):
            if node.kind == "rule" and node.rule and node.role != "test" and node.name != "line_rounding":
                self._note(law, node.rule)
            elif node.name in DECIDED and node.value != DECIDED[node.name][1]:
                self._note(law, DECIDED[node.name][0])
                if node.name in IN_COMPANY:
                    self._note(law, SCOPE)

    def _note_words(self, law: Law, lines: Lines) -> None:
        """The lists that the modifiers of priced lines are in, and what stands behind a refusal."""
        for number in np.unique(lines.columns["combination_id"][lines.reason == 0]).tolist():
            effects = lines.combined.effects[number]
            for rule in effects.rules | ({"pfs.anesthesia_modifier"} if effects.anesthesia else set()):
                self._note(law, rule)
        for reason, rules in BEHIND_REASON.items():
            if (lines.reason == REASON[reason]).any():
                for rule in rules:
                    self._note(law, rule)

    def _note(self, law: Law, rule: str) -> None:
        value = law.day[rule]
        if value.status in UNOFFICIAL:
            plain = value.to_dict()
            self.rules[rule] = {name: plain[name] for name in ("rule", "value", "unit", "status", "cite")}


def evidence(law: Law, lines: Lines, at: Any) -> Callable[[int, str], str | None]:
    """Where an input of a line came from: the row of a file, or the rule that decided it."""
    columns = lines.columns

    def source(row: int, quantity: str) -> str | None:
        position = at[row]
        rate = columns["rate_id"][position]
        if quantity in FROM_FILE:
            modifier = law.rates.modifier[rate]
            code = law.rates.code[rate] + (f"-{modifier}" if modifier else "")
            setting = SETTINGS[int(columns["facility"][position])]
            label = law.served[bool(columns["qp"][position])].label
            return f"reference.pfs_rvu {label}: {code}, {setting}"
        if quantity in FROM_INDICES:
            return f"reference.pfs_gpci {law.places.label[columns['locality_id'][position]]}"
        if quantity in DECIDED:
            value = law.day[DECIDED[quantity][0]]
            return f"rule {value.name}: {value.cite} ({value.status})"
        return None

    return source


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)
