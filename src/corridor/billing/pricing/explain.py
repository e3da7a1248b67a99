"""The derivation of a price: the tree of the functions that computed it, and where inputs come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import numpy as np

from corridor.billing.pricing import anesthesia
from corridor.billing.pricing.codes import ANESTHESIA, SETTINGS
from corridor.billing.pricing.columns import evaluate
from corridor.billing.pricing.shape import Law, Lines
from corridor.formulas import Node
from corridor.law.force import UNOFFICIAL

# Inputs that a list of the law decides -> the rule, and the value that means it did nothing.
DECIDED: dict[str, tuple[str, Any]] = {
    "bilateral_factor": ("pfs.bilateral_factor", 1.0),
    "practitioner_factor": ("pfs.practitioner_share", 1.0),
    "global_split_factor": ("pfs.global_split", 1.0),
    "procedure_share": ("pfs.procedure_share", 1.0),
    "film_reduction": ("pfs.film_reduction", 0.0),
    "endoscopy_base_amount": ("pfs.endoscopy_further", 0.0),
    "technical_repeated": ("pfs.multiple_procedure_scope", False),
    "professional_repeated": ("pfs.multiple_procedure_scope", False),
    "repeated_units": ("pfs.multiple_procedure_scope", 0.0),
    "therapy_assistant": ("pfs.modifier_effect_assumed", False),
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
        at = np.flatnonzero((lines.reason == 0) & by_units)
        if len(at):
            units = anesthesia.base_units(self.con, law, lines, at)
            priced = anesthesia.evaluate(law, lines, at, units, anesthesia.national_factors(law, lines, at))
            for row, position in enumerate(at.tolist()):
                self._keep(law, int(identity[position]), priced.explain(row, "anesthesia_amount"))
                self._note(law, "pfs.anesthesia_modifier")

    def _keep(self, law: Law, request: int, tree: Node) -> None:
        self.trees[request] = tree
        for node in _nodes(tree):
            if node.kind == "rule" and node.rule and node.role != "test":
                self._note(law, node.rule)
            elif node.name in DECIDED and node.value != DECIDED[node.name][1]:
                self._note(law, DECIDED[node.name][0])

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
