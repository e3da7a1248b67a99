"""Objects of the public data from rows of its tables: the same from files and from the warehouse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from corridor.reference.qpp import rows as named
from corridor.reference.qpp.claims_rows import CLAIMS_CODE
from corridor.reference.qpp.model import (
    CUT_NAMES,
    MVP_ROLES,
    Benchmark,
    BenchmarkExclusion,
    ClaimsCode,
    Cluster,
    CostAverage,
    Measure,
    Mvp,
    Qpp,
    Stratum,
)

Row = Mapping[str, Any]
Made = TypeVar("Made")
_RELATIONS = {
    "program": "programs",
    "registration": "registrations",
    "measure_set": "measure_sets",
    "substitute": "substitutes",
    "exclusion": "exclusions",
    "preprod": "preprod",
    "companion": "companions",
}


def built(
    year: int, tables: Mapping[str, Iterable[Row]], digests: Mapping[str, str], reports: Iterable[str] = ()
) -> Qpp:
    """The data of one year from the rows of its tables; rows of other years are left out."""
    of = {name: [row for row in rows if row["year"] == year] for name, rows in tables.items()}

    def table(name: str) -> list[Row]:
        return of.get(name, [])

    benchmarks = [_benchmark(row) for row in table(named.BENCHMARK)]
    averages = [_plain(CostAverage, row) for row in table(named.AVERAGE)]
    return Qpp(
        year=year,
        measures=_measures(of),
        benchmarks={(one.measure_id, one.submission_method): one for one in benchmarks},
        mvps=_mvps(of),
        exclusions=_exclusions(table(named.EXCLUSION)),
        cost_averages={one.measure_id: one for one in averages},
        clusters=_clusters(table(named.CLUSTER)),
        claims_codes=tuple(_plain(ClaimsCode, row) for row in table(CLAIMS_CODE)),
        digests=dict(digests),
        reports=tuple(reports),
    )


def _plain(kind: type[Made], row: Row, **more: Any) -> Made:
    """A dataclass from the columns of its fields."""
    names = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in row.items() if name in names}, **more)


def _measures(of: Mapping[str, list[Row]]) -> dict[str, Measure]:
    methods: dict[str, list[Row]] = defaultdict(list)
    links: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    strata: dict[str, list[Row]] = defaultdict(list)
    for row in of.get(named.METHOD, []):
        methods[row["measure_id"]].append(row)
    for row in of.get(named.LINK, []):
        links[row["measure_id"]][_RELATIONS[row["relation"]]].append(row["other"])
    for row in sorted(of.get(named.STRATUM, []), key=lambda one: (one["measure_id"], one["place"])):
        strata[row["measure_id"]].append(row)
    made = {}
    for row in of.get(named.MEASURE, []):
        measure_id = row["measure_id"]
        ways = sorted(methods[measure_id], key=lambda way: str(way["submission_method"]))
        made[measure_id] = _plain(
            Measure,
            row,
            methods=tuple(way["submission_method"] for way in ways),
            suppressed=frozenset(way["submission_method"] for way in ways if way["is_suppressed"]),
            cap_removed=frozenset(way["submission_method"] for way in ways if way["cap_removed"]),
            benchmark_withdrawn=_historic(ways, "removed"),
            benchmark_flat=_historic(ways, "flat"),
            strata=tuple(_stratum(one) for one in strata[measure_id]),
            **{field: tuple(sorted(others)) for field, others in links[measure_id].items()},
        )
    return made


def _historic(ways: Iterable[Row], what: str) -> frozenset[str]:
    return frozenset(way["submission_method"] for way in ways if way["historic_benchmark"] == what)


def _stratum(row: Row) -> Stratum:
    uuids = {name: row[name] for name in (one.name for one in fields(Stratum)) if name != "name"}
    return Stratum(name=row["stratum"] or "", **uuids)


def _benchmark(row: Row) -> Benchmark:
    return _plain(Benchmark, row, cuts=tuple(float(row[name]) for name in CUT_NAMES))


def _exclusions(rows: Iterable[Row]) -> dict[tuple[str, str], BenchmarkExclusion]:
    codes: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        codes[row["measure_id"], row["submission_method"]].append(row)
    return {
        key: _plain(
            BenchmarkExclusion,
            many[0],
            reason_codes=tuple(one["reason_code"] for one in many if one["reason_code"]),
        )
        for key, many in codes.items()
    }


def _mvps(of: Mapping[str, list[Row]]) -> dict[str, Mvp]:
    roles: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in of.get(named.MVP_MEASURE, []):
        roles[row["mvp_id"]][row["role"]].append(row["measure_id"])
    return {
        row["mvp_id"]: _plain(
            Mvp, row, **{role: tuple(sorted(roles[row["mvp_id"]][role])) for role in MVP_ROLES}
        )
        for row in of.get(named.MVP, [])
    }


def _clusters(rows: Iterable[Row]) -> tuple[Cluster, ...]:
    members: dict[tuple[int, str, str, str], list[str]] = defaultdict(list)
    for row in rows:
        members[row["year"], row["submission_method"], row["cluster"], row["kind"]].append(row["measure_id"])
    return tuple(Cluster(*key, tuple(many)) for key, many in members.items())
