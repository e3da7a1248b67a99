"""How far an entity's ratio of observed to expected can be told from chance, and what is left of it.

An entity j has the ratio R_j = O_j / E_j. By chance alone it varies with variance phi / E_j, where phi is
how much wider than a Poisson count the population's own events scatter: the sum over people of (o - e)
squared, divided by the sum of e. Between entities the true ratios vary with variance tau2 around the mean of
their peers, found by the method of moments of DerSimonian and Laird. Reliability: tau2 / (tau2 + phi / E_j),
signal over signal and noise (RAND TR-653). The shrunken ratio is the peers' mean plus reliability times what
the entity lies above it (empirical Bayes). Its interval is so many deviations either side, from what is not
known of the entity (reliability x phi / E_j) and of the mean it is drawn to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor.engine import StepContext, python_step

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]
# where nothing scatters, as with one price for all: far below any real dispersion, and no division by zero
LEAST_DISPERSION = 1e-9


@dataclass(frozen=True)
class Shrunken:
    """Per entity: ratio, reliability, shrunken ratio, posterior standard deviation, mean of its peers."""

    ratio: Floats
    reliability: Floats
    shrunken: Floats
    deviation: Floats
    peer_mean: Floats
    between: float


def dispersion(squared_difference: Floats, expected: Floats) -> float:
    """Phi: the sum of (o - e) squared over people, for each unit expected; 0 where nothing is expected."""
    total = float(np.sum(expected))
    return float(np.sum(squared_difference)) / total if total > 0 else 0.0


def between_variance(ratio: Floats, weight: Floats, group: NDArray[np.int64]) -> float:
    """Tau squared: the variance of true ratios around the means of their groups, by the method of moments.

    ``weight`` is one over the variance by chance. Q is the weighted sum of squares around the group means;
    by chance alone it is the number of entities less the number of groups. What is above that, divided by
    sum w - sum w2 / sum w (summed over groups), is tau squared; never below 0.
    """
    sums = np.bincount(group, weights=weight)
    squares = np.bincount(group, weights=weight * weight)
    counts = np.bincount(group)
    mean = _divided(np.bincount(group, weights=weight * ratio), sums)
    spread = float(np.sum(weight * (ratio - mean[group]) ** 2))
    degrees = float(np.sum(counts) - np.count_nonzero(counts))
    scale = float(np.sum(sums - _divided(squares, sums)))
    return max(0.0, (spread - degrees) / scale) if scale > 0 else 0.0


def shrink(observed: Floats, expected: Floats, phi: float, group: NDArray[np.int64]) -> Shrunken:
    """Reliability and shrunken ratio of entities with something expected; NaN for the others.

    ``group`` numbers the peers of each entity from 0. Where phi is 0 (nothing scatters) there is nothing to
    shrink: reliability is 1 where ratios differ, and the ratio stands.
    """
    ratio = np.full(observed.shape, np.nan)
    usable = expected > 0
    ratio[usable] = observed[usable] / expected[usable]
    reliability = np.full(observed.shape, np.nan)
    shrunken = np.full(observed.shape, np.nan)
    deviation = np.full(observed.shape, np.nan)
    peer_mean = np.full(observed.shape, np.nan)
    between = 0.0
    if usable.any():
        numbers = group[usable]
        chance = max(phi, LEAST_DISPERSION) / expected[usable]
        between = between_variance(ratio[usable], 1 / chance, numbers)
        # peers are averaged by what is known of each: entities of little volume do not move the mean
        weight = 1 / (between + chance)
        sums = np.bincount(numbers, weights=weight)
        means = _divided(np.bincount(numbers, weights=weight * ratio[usable]), sums)
        rel = between / (between + chance)
        peer_mean[usable] = means[numbers]
        reliability[usable] = rel
        shrunken[usable] = means[numbers] + rel * (ratio[usable] - means[numbers])
        # what is not known of the entity itself, and what is not known of the mean it is drawn to
        deviation[usable] = np.sqrt(rel * chance + (1 - rel) ** 2 / sums[numbers])
    return Shrunken(ratio, reliability, shrunken, deviation, peer_mean, between)


def percentiles(values: Floats, group: NDArray[np.int64], ranked: NDArray[np.bool_]) -> Floats:
    """Of the ranked others in its group, the percent with a lower value, ties half; NaN where alone."""
    result = np.full(values.shape, np.nan)
    places = np.flatnonzero(ranked)
    if not places.size:
        return result
    order = places[np.lexsort((values[places], group[places]))]
    starts = np.flatnonzero(np.r_[True, group[order][1:] != group[order][:-1]])
    for start, end in zip(starts, np.r_[starts[1:], order.size]):
        members = order[start:end]
        if members.size > 1:
            sorted_values = values[members]
            below = np.searchsorted(sorted_values, sorted_values, side="left")
            upto = np.searchsorted(sorted_values, sorted_values, side="right")
            result[members] = 100 * (below + (upto - below - 1) / 2) / (members.size - 1)
    return result


def _divided(above: NDArray[Any], below: NDArray[Any]) -> Floats:
    made: Floats = np.zeros(above.shape)
    np.divide(above, below, out=made, where=below > 0)
    return made


def _numbers(names: NDArray[Any]) -> NDArray[np.int64]:
    _, numbers = np.unique(names.astype(str), return_inverse=True)
    return np.asarray(numbers, dtype=np.int64).reshape(-1)


@python_step(
    step="measures.performance",
    makes="one row per level (npi, tin, site, aco, region), entity and measure: observed, expected, ratio, "
    "reliability, shrunken ratio with its interval, percentile among peers, whether it may be relied on",
    key=["level", "entity_id", "measure"],
    reads=["measures.performance_total", "measures.peer_group", "measures.performance_cell"],
    rules=[
        "performance.measure",
        "performance.measure_level",
        "performance.interval_deviations",
        "performance.minimum_reliability",
        "performance.year_months",
    ],
    cites="RAND TR-653 (reliability); DerSimonian and Laird 1986; docs/performance.md",
    evidence="measures.performance_roster(level, entity_id)",
    owner=["entity_id"],
)
def performance(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """Ratios with their reliability; high and low performers only where the interval leaves no doubt."""
    rows = ctx.numpy(
        "select total.level, total.entity_id, total.measure, total.people, total.denominator, "
        "total.observed, total.expected, total.squared_difference, total.dollars, total.clinicians, "
        "total.practices, "
        "coalesce(peers.peer_group, concat(total.level, ' / all')) as peer_group, peers.specialty_code, "
        "coalesce(peers.peers, 0) as peers "
        "from measures.performance_total as total left join measures.peer_group as peers "
        "on peers.level = total.level and peers.entity_id = total.entity_id "
        "order by total.level, total.measure, total.entity_id"
    )
    with_risk = ctx.numpy(
        "select count(*) as cells from measures.performance_cell where cell not like '%no risk score'"
    )["cells"][0]
    deviations = float(ctx.force.scalar("performance.interval_deviations"))
    least_reliable = float(ctx.force.scalar("performance.minimum_reliability"))
    months = float(ctx.force.scalar("performance.year_months"))
    measures = {row["measure"]: row for row in ctx.force.rows("performance.measure")}
    levels = {(row["measure"], row["level"]): row for row in ctx.force.rows("performance.measure_level")}
    size = len(rows["level"])
    made: dict[str, Floats] = {
        name: np.full(size, np.nan)
        for name in ("ratio", "reliability", "shrunken_ratio", "interval_low", "interval_high", "peer_ratio",
                     "between_variance", "percentile", "case_minimum")
    }  # fmt: skip
    validated = np.zeros(size, dtype=bool)
    exploratory = np.ones(size, dtype=bool)
    performer = np.full(size, None, dtype=object)
    cases = np.where(rows["measure"] == "readmission", rows["denominator"], rows["people"]).astype(float)
    observed, expected = (np.asarray(rows[name], dtype=float) for name in ("observed", "expected"))
    for level, measure in sorted(set(zip(rows["level"], rows["measure"]))):
        at = np.flatnonzero((rows["level"] == level) & (rows["measure"] == measure))
        group = _numbers(rows["peer_group"][at])
        phi = dispersion(np.asarray(rows["squared_difference"][at], dtype=float), expected[at])
        found = shrink(observed[at], expected[at], phi, group)
        made["ratio"][at], made["reliability"][at] = found.ratio, found.reliability
        made["shrunken_ratio"][at], made["peer_ratio"][at] = found.shrunken, found.peer_mean
        made["interval_low"][at] = np.maximum(found.shrunken - deviations * found.deviation, 0)
        made["interval_high"][at] = found.shrunken + deviations * found.deviation
        made["between_variance"][at] = found.between
        rule = levels.get((str(measure), str(level)))
        if rule is None:
            continue
        enough = (cases[at] >= rule["case_minimum"]) & (rows["clinicians"][at] >= rule["minimum_clinicians"])
        made["case_minimum"][at] = rule["case_minimum"]
        validated[at] = rule["validated"]
        exploratory[at] = ~(enough & bool(rule["validated"]) & np.isfinite(found.ratio))
        firm = ~exploratory[at] & (found.reliability >= least_reliable)
        # beside 1 the interval must leave out the mean of the peers: no specialty is flagged as a whole
        high, low = made["interval_high"][at], made["interval_low"][at]
        worse = firm & (low > 1) & (low > found.peer_mean)
        better = firm & (high < 1) & (high < found.peer_mean)
        performer[at[worse]], performer[at[better]] = "low", "high"
        made["percentile"][at] = percentiles(found.shrunken, group, ~exploratory[at])
    per = np.array([measures[name]["per"] for name in rows["measure"]], dtype=float)
    years = np.where(rows["measure"] == "readmission", 1.0, months) * per
    denominator = np.asarray(rows["denominator"], dtype=float)
    basis = "risk, enrolment type and age" if with_risk else "enrolment type and age: no risk scores"
    columns: Columns = {
        **{n: rows[n] for n in ("level", "entity_id", "measure", "people", "denominator")},
        "cases": cases, "clinicians": rows["clinicians"], "practices": rows["practices"],
        "observed": observed, "expected": expected, "observed_rate": _divided(observed * years, denominator),
        "expected_rate": _divided(expected * years, denominator), "dollars": rows["dollars"], **made,
        "performer": performer, "peer_group": rows["peer_group"], "peers": rows["peers"],
        "specialty_code": rows["specialty_code"], "level_validated": validated, "exploratory": exploratory,
        "expected_basis": np.full(size, basis, dtype=object),
    }  # fmt: skip
    whole = ("people", "denominator", "cases", "clinicians", "practices", "peers", "case_minimum")
    text = ("level", "entity_id", "measure", "performer", "peer_group", "specialty_code", "expected_basis")
    types = {**dict.fromkeys(whole, "BIGINT"), **dict.fromkeys(text, "VARCHAR"), "dollars": "DECIMAL(18,2)"}
    return columns, types


@python_step(
    step="measures.utilization_outlier",
    makes="one row per clinician and family of services: standardized dollars beside what clinicians of the "
    "specialty spend on as many people, reliability, shrunken ratio, dollars above expected",
    key=["npi", "family"],
    reads=["measures.outlier_service"],
    rules=[
        "performance.outlier_minimum_peers",
        "performance.interval_deviations",
        "performance.minimum_reliability",
    ],
    cites="RAND TR-653 (reliability); docs/money.md",
    evidence="measures.outlier_service(npi, family)",
    owner=["npi"],
)
def utilization_outlier(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """Expected is the specialty's mean for each person seen, times the people the clinician saw.

    Chance: with mean m and variance s2 of dollars over the people of the specialty, the ratio of a clinician
    varies with s2 / m divided by what is expected. Specialties with too few clinicians have no row.
    """
    rows = ctx.numpy(
        "select npi, specialty_code, family, people, people_served, services, dollars, squared_dollars, "
        "count(*) over (partition by specialty_code, family) as peers "
        "from measures.outlier_service order by specialty_code, family, npi"
    )
    fewest = int(ctx.force.scalar("performance.outlier_minimum_peers"))
    deviations = float(ctx.force.scalar("performance.interval_deviations"))
    least_reliable = float(ctx.force.scalar("performance.minimum_reliability"))
    keep = np.asarray(rows["peers"] >= fewest, dtype=bool)
    rows = {name: values[keep] for name, values in rows.items()}
    dollars, people = (np.asarray(rows[name], dtype=float) for name in ("dollars", "people"))
    squares = np.asarray(rows["squared_dollars"], dtype=float)
    size = dollars.size
    expected, reliability, shrunken = np.zeros(size), np.full(size, np.nan), np.full(size, np.nan)
    low, high, ratio = np.full(size, np.nan), np.full(size, np.nan), np.full(size, np.nan)
    names = np.char.add(rows["specialty_code"].astype(str), rows["family"].astype(str))
    starts = np.flatnonzero(np.r_[True, names[1:] != names[:-1]]) if size else np.array([], dtype=int)
    for start, end in zip(starts, np.r_[starts[1:], size]):
        at = slice(start, end)
        seen = float(people[at].sum())
        mean = float(dollars[at].sum()) / seen
        if mean <= 0:
            continue
        phi = max(float(squares[at].sum()) / seen - mean * mean, 0.0) / mean
        expected[at] = mean * people[at]
        found = shrink(dollars[at], expected[at], phi, np.zeros(end - start, dtype=np.int64))
        ratio[at], reliability[at], shrunken[at] = found.ratio, found.reliability, found.shrunken
        low[at] = np.maximum(found.shrunken - deviations * found.deviation, 0)
        high[at] = found.shrunken + deviations * found.deviation
    columns: Columns = {
        **{n: rows[n] for n in ("npi", "family", "specialty_code", "people", "people_served", "services")},
        "dollars": dollars, "expected": expected, "ratio": ratio, "reliability": reliability,
        "shrunken_ratio": shrunken, "interval_low": low, "interval_high": high,
        "dollars_above_expected": dollars - expected, "reliable_dollars_above": expected * (shrunken - 1),
        "peers": rows["peers"], "outlier": (low > 1) & (reliability >= least_reliable),
    }  # fmt: skip
    whole = dict.fromkeys(("people", "people_served", "services", "peers"), "BIGINT")
    text = dict.fromkeys(("npi", "family", "specialty_code"), "VARCHAR")
    return columns, {**whole, **text, "dollars": "DECIMAL(18,2)"}


@python_step(
    step="measures.performance_quality",
    makes="one row per year, level (npi, tin), entity, quality measure and collection type: the loaded rate, "
    "its reliability, the rate drawn towards the others', percentile among those with enough cases",
    key=["performance_year", "level", "entity_id", "measure_id", "collection_type"],
    reads=["org_raw.quality_result"],
    rules=["performance.quality_case_minimum", "performance.interval_deviations"],
    cites="RAND TR-653 (reliability of proportions); docs/performance.md",
    evidence="org_raw.quality_result(measure_id, collection_type)",
    owner=["entity_id"],
)
def performance_quality(ctx: StepContext) -> tuple[Columns, dict[str, str]]:
    """A rate of p percent over n cases varies by chance with p (1 - p) / n, p being that of all together."""
    rows = ctx.numpy(
        "with newest as (select *, row_number() over (partition by performance_year, tin, npi, measure_id, "
        "collection_type order by file_date desc nulls last, delivery_id desc, rate) as place "
        "from org_raw.quality_result where rate is not null and eligible_cases > 0 "
        "and coalesce(npi, tin) is not null and performance_year is not null and measure_id is not null) "
        "select performance_year, case when npi is null then 'tin' else 'npi' end as level, "
        "coalesce(npi, tin) as entity_id, measure_id, "
        "coalesce(collection_type, 'unknown') as collection_type, "
        "cx_divide(cx_exact_sum(rate * eligible_cases), sum(eligible_cases)) as rate, "
        "cast(sum(eligible_cases) as bigint) as eligible_cases from newest where place = 1 "
        "group by all order by performance_year, level, measure_id, collection_type, entity_id"
    )
    fewest = float(ctx.force.scalar("performance.quality_case_minimum"))
    deviations = float(ctx.force.scalar("performance.interval_deviations"))
    cases, rate = (np.asarray(rows[name], dtype=float) for name in ("eligible_cases", "rate"))
    size = cases.size
    made = {
        name: np.full(size, np.nan)
        for name in ("mean_rate", "reliability", "shrunken_rate", "interval_low", "interval_high")
    }
    group = _numbers(
        np.array(
            ["/".join(map(str, parts)) for parts in zip(*(rows[n] for n in rows if n not in _QUALITY_OWN))],
            dtype=object,
        )
    )
    for number in range(int(group.max()) + 1 if size else 0):
        at = np.flatnonzero(group == number)
        mean = float((rate[at] * cases[at]).sum() / cases[at].sum())
        expected = mean * cases[at] / 100
        found = shrink(
            rate[at] * cases[at] / 100, expected, 1 - mean / 100, np.zeros(at.size, dtype=np.int64)
        )
        made["mean_rate"][at], made["reliability"][at] = mean, found.reliability
        made["shrunken_rate"][at] = mean * found.shrunken
        made["interval_low"][at] = np.maximum(mean * (found.shrunken - deviations * found.deviation), 0)
        made["interval_high"][at] = np.minimum(mean * (found.shrunken + deviations * found.deviation), 100)
    ranked = cases >= fewest
    columns: Columns = {
        **rows,
        **made,
        "percentile": percentiles(rate, group, ranked),
        "exploratory": ~ranked,
    }
    text = dict.fromkeys(("level", "entity_id", "measure_id", "collection_type"), "VARCHAR")
    return columns, {**text, "performance_year": "INTEGER", "eligible_cases": "BIGINT"}


# what differs between entities of one group of a quality measure
_QUALITY_OWN = ("entity_id", "rate", "eligible_cases")
