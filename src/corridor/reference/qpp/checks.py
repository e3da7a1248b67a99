"""What must hold between the files of a year; what does not is reported: CMS's files have had such gaps."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.reference.qpp.ladder import ADMINISTRATIVE, DEVIATION
from corridor.reference.qpp.model import MVP_ROLES, Qpp


def reports_of(qpp: Qpp) -> Iterator[str]:
    """One sentence a finding; none where a file that would be needed to judge is not there."""
    yield from gaps_of(qpp)
    count = sum(one.is_provisional for one in qpp.benchmarks.values())
    if count:
        of = f"{len(qpp.benchmarks)} benchmarks of {qpp.year}"
        yield f"{count} of {of} are placeholders: no score that rests on them is final."


def gaps_of(qpp: Qpp) -> Iterator[str]:
    """What does not fit together between the files of a year."""
    if qpp.measures:
        yield from _benchmarks_of_nothing(qpp)
        yield from _pathways_of_nothing(qpp)
    for one in qpp.benchmarks.values():
        if one.submission_method == ADMINISTRATIVE and one.ladder != DEVIATION:
            yield f"Benchmark {one.measure_id}: its cut points are no steps of a standard deviation."


def _benchmarks_of_nothing(qpp: Qpp) -> Iterator[str]:
    for (measure_id, method), _ in sorted(qpp.benchmarks.items()):
        if measure_id not in qpp.measures:
            yield f"Benchmark {measure_id} {method}: no such measure in {qpp.year}."
        elif method not in qpp.measures[measure_id].methods:
            yield f"Benchmark {measure_id} {method}: the measure is not reported that way in {qpp.year}."


def _pathways_of_nothing(qpp: Qpp) -> Iterator[str]:
    for mvp_id, mvp in sorted(qpp.mvps.items()):
        for role in MVP_ROLES:
            for measure_id in mvp.role(role):
                if measure_id not in qpp.measures:
                    yield f"MVP {mvp_id}: its measure {measure_id} is not in the measures of {qpp.year}."
