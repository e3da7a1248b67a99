"""Eligible measure applicability: fewer measures asked of those for whom fewer exist (mips.md 4.1).

CMS's clinical clusters say which measures belong together. The detail of CMS's test is not known: here who
sent fewer measures than asked for, all by registry or all by claims, all of one cluster, is asked for those
of the smallest such cluster, and for no outcome measure beside. It is made only where the rule says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from corridor.programs.mips.inputs import Array, MipsInputs

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.reference.qpp.model import Cluster

CLINICAL = "clinical_cluster"
RULE = "mips.applicable_measures_rule"
TESTED = ("registry", "claims")  # CMS's methods: there are no clusters of electronic measures


def with_applicable(inputs: MipsInputs, clusters: Iterable[Cluster], force: RulesInForce) -> MipsInputs:
    """The inputs with fewer measures asked of those the test lowers; as they are without the rule."""
    asked = _asked(inputs.clinicians, inputs.results, clusters, force)
    lowered = ~np.isnan(asked) & np.isnan(inputs.clinicians["measures_asked"])
    if not lowered.any():
        return inputs
    results = dict(inputs.results)
    said = results.get("is_high_priority", np.full(len(results["clinician"]), np.nan))
    # where nothing else is applicable, what was sent takes the place of the outcome measure
    results["is_high_priority"] = np.where(lowered[results["clinician"]], 1.0, said)
    return replace(inputs, clinicians={**inputs.clinicians, "measures_asked": asked}, results=results)


def _asked(
    clinicians: Mapping[str, Array],
    results: Mapping[str, Array],
    clusters: Iterable[Cluster],
    force: RulesInForce,
) -> Array:
    """Measures asked of each clinician where the test lowers them; else what was given (NaN: the rule's)."""
    asked: Array = clinicians["measures_asked"].copy()
    if force.text(RULE) != "cluster":
        return asked
    methods = {
        str(row["collection_type"]): str(row["submission_method"])
        for row in force.rows("mips.collection_type")
    }
    most = {str(r["pathway"]): int(r["measures"]) for r in force.rows("mips.quality_measures_required")}
    known: dict[str, list[frozenset[str]]] = {}
    for cluster in clusters:
        if cluster.kind == CLINICAL and cluster.submission_method in TESTED:
            known.setdefault(cluster.submission_method, []).append(frozenset(cluster.measure_ids))
    sent: dict[int, set[tuple[str, str]]] = {}
    for row in np.flatnonzero(results["category"] == "quality").tolist():
        method = methods.get(str(results["collection_type"][row]), "")
        if method != "administrativeClaims":
            one = int(results["clinician"][row])
            sent.setdefault(one, set()).add((method, str(results["measure_id"][row])))
    for one, pairs in sent.items():
        used = {method for method, _ in pairs}
        measures = {measure for _, measure in pairs}
        if not np.isnan(asked[one]) or clinicians["pathway"][one] != "traditional" or len(used) != 1:
            continue
        fitting = [len(c) for c in known.get(next(iter(used)), ()) if measures <= c]
        if fitting and len(measures) < most["traditional"]:
            asked[one] = min(*fitting, most["traditional"])
    return asked
