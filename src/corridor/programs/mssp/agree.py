"""CMS's workbooks and assignment list beside our own figures, and what makes up each difference.

Dollars of a year differ by how many person-years are counted, by which types they are of, and by what each
type costs. The three add up to the difference; what CMS's printed total differs from the sum of its own types
is named apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from corridor.programs.mssp.tables import TYPES, Row, present

# report -> the letters of dollars a person-year and of person-years (mssp.report_line)
REPORTS = {"AEXPU": ("annual", "annual_person_years"), "QEXPU": ("Q", "N")}
WORDS = {
    "person_years": "person-years counted",
    "mix": "mix of enrollment types",
    **{f"cost_{kind}": f"dollars a year, {kind.replace('_', ' ')}" for kind in TYPES},
    "printed_total": "CMS's printed total is not the sum of its types",
    "few": "mix of enrollment types, and dollars a year of types of few people",
    "unmatched": "types that one side does not print",
}
QUARTER = "the report covers the year to its quarter, ours the year as loaded"


def expenditures(lines: Sequence[Row], spent: Sequence[Row], least: float) -> list[Row]:
    """One row an ACO, year and report with expenditure of that year here: theirs, ours, causes in dollars.

    lines  rows of mssp.report_line, the newest submissions; spent  rows of mssp.expenditure of whole ACOs.
    What rests on fewer than ``least`` people of ours is not told; types of few are told together.
    """
    ours: dict[tuple[str, int], dict[str, Row]] = defaultdict(dict)
    for row in spent:
        ours[(row["aco_id"], int(row["year"]))][str(row["enrollment_type"])] = row
    theirs: dict[tuple[str, int, str, str, str], dict[tuple[str, str], float]] = defaultdict(dict)
    for line in lines:
        report = str(line["report"])
        if report not in REPORTS or line["letter"] not in REPORTS[report]:
            continue
        if report == "AEXPU" and not str(line["detail"]).isdigit():
            continue  # its name does not say which benchmark year it is of
        year = int(line["detail"]) if report == "AEXPU" else int(line["performance_year"])
        key = (str(line["aco_id"]), year, report, str(line["period"]), str(line["stage"]))
        theirs[key][(str(line["letter"]), str(line["enrollment_type"]))] = float(line["value"])
    return [
        found
        for key, values in sorted(theirs.items())
        if (found := _compared(key, values, ours.get(key[:2], {}), least)) is not None
    ]


def _compared(
    key: tuple[str, int, str, str, str], values: dict[tuple[str, str], float], ours: dict[str, Row],
    least: float,
) -> Row | None:  # fmt: skip
    aco, year, report, period, stage = key
    cost, count = REPORTS[report]
    whole = ours.get("all")
    printed, people = values.get((cost, "total")), values.get((count, "total"))
    if whole is None or printed is None or people is None or not people or int(whole["people"]) < least:
        return None
    own_years, own_cost = float(whole["person_years"]), float(whole["per_capita"])
    causes = {"person_years": (own_years - people) * (own_cost + printed) / 2}
    both = (own_years + people) / 2
    mix, by_sum = 0.0, 0.0
    for kind in TYPES:
        their_years, their_cost = values.get((count, kind)), values.get((cost, kind))
        mine = ours.get(kind)
        share1 = float(mine["person_years"]) / own_years if mine else 0.0
        share0 = (their_years or 0.0) / people
        cost1 = present(mine["per_capita"]) if mine else None
        # a type that one side does not have costs there what it costs on the other: its share is the mix
        one, other = (cost1 if cost1 is not None else their_cost), (their_cost if share0 else cost1)
        one, other = one or 0.0, other or 0.0
        by_sum += share0 * other
        mix += both * (share1 - share0) * (one + other) / 2
        causes[f"cost_{kind}"] = both * (share0 + share1) / 2 * (one - other)
    causes["mix"] = mix
    # our whole is made of the four types and of people of no known type
    own_sum = sum(
        float(ours[kind]["per_capita"]) * float(ours[kind]["person_years"]) for kind in TYPES if kind in ours
    )
    causes["unmatched"] = both * (own_cost - own_sum / own_years)
    causes["printed_total"] = both * (by_sum - printed)
    few = [kind for kind in TYPES if kind in ours and 0 < int(ours[kind]["people"]) < least]
    if few:  # with the mix, which one type of few could else be had from
        causes["few"] = sum(causes.pop(f"cost_{kind}") for kind in few) + causes.pop("mix")
    theirs, mine_total = printed * people, own_cost * own_years
    return {
        "aco_id": aco, "year": year, "figure": "expenditure", "report": report, "period": period or None,
        "stage": stage, "theirs": theirs, "ours": mine_total, "difference": mine_total - theirs,
        "people": whole["people"],
        "causes": [
            {"cause": name, "why": WORDS[name], "effect": effect}
            for name, effect in sorted(causes.items(), key=lambda item: -abs(item[1]))
        ],
        "note": QUARTER if report == "QEXPU" else None,
    }  # fmt: skip


def benchmarks(estimates: Sequence[Row], held: Sequence[Row]) -> list[Row]:
    """CMS's steps on CMS's person-years beside the benchmark on ours; the difference is the mix of types."""
    ours = {(row["aco_id"], int(row["year"])): row for row in held if row["enrollment_type"] == "all"}
    found = []
    for row in estimates:
        own = ours.get((row["aco_id"], int(row["performance_year"])))
        theirs = present(row["updated_benchmark_per_capita"])
        mine = present(own["updated_benchmark"]) if own else None
        if row["enrollment_type"] != TYPES[0] or theirs is None or mine is None or own is None:
            continue
        found.append(
            {
                "aco_id": row["aco_id"], "year": int(row["performance_year"]), "figure": "updated_benchmark",
                "report": "BNMRK", "period": row["period"] or None, "stage": row["benchmark_stage"],
                "theirs": theirs, "ours": mine, "difference": mine - theirs, "people": None,
                "causes": [_benchmark_cause(own, mine - theirs)], "note": None,
            }
        )  # fmt: skip
    return found


def _benchmark_cause(own: Row, difference: float) -> Row:
    """From the same workbooks only the person-years differ; stated terms are another benchmark."""
    if own["source"] == "workbook":
        return {"cause": "mix", "why": WORDS["mix"], "effect": difference}
    return {"cause": "source", "why": f"ours is taken from {own['source']}", "effect": difference}


ASSIGNED = """
select
  coalesce(answer.list_aco, answer.claims_entity_id) as aco_id,
  answer.list_aco is not null and answer.months_assigned > 0 as theirs,
  coalesce(answer.claims_kind = 'aco' and answer.claims_entity_id = coalesce(answer.list_aco,
    answer.claims_entity_id), false) as ours,
  coalesce(answer.reason_code, 'none') as reason_code, turnover.reason as turnover, count(*) as people
from attribution.answer as answer
left join (
  select person_id, min(reason) as reason from attribution.turnover where performance_year = ?
  group by person_id
) as turnover on turnover.person_id = answer.person_id
where (answer.list_aco is not null or answer.claims_kind = 'aco')
  and exists (select 1 from attribution.answer as other where other.list_aco = coalesce(answer.list_aco,
    answer.claims_entity_id))
group by all order by all
"""
OURS_ONLY = "not on CMS's list; by its own claims the ACO's"
REASONS = {
    "plurality_outside": "claims give the plurality to a provider outside the ACO",
    "chosen_clinician_outside": "named a clinician outside the ACO",
    "no_physician_of_the_aco": "no service of a physician of the ACO in the loaded claims",
    "no_primary_care": "no primary care service in the loaded claims",
    "window_not_loaded": "claims of the assignment window are not loaded",
    "no_enrollment_record": "no enrollment record is loaded",
    "other_model": "aligned to another model",
}


Cause = tuple[str, str]
FEW = "causes of few people each, together"


def _told(causes: Mapping[Cause, int], least: float) -> tuple[list[tuple[Cause, int]], int | None]:
    """Causes to tell one by one, and the net of the others; these are ``least`` people at least, or all."""
    order = sorted(causes.items(), key=lambda item: (abs(item[1]), item[0]))
    few = [item for item in order if abs(item[1]) < least]
    while few and len(few) < len(order) and sum(abs(count) for _, count in few) < least:
        few.append(order[len(few)])
    return order[len(few) :], sum(count for _, count in few) if few else None


def assignments(rows: Sequence[Row], year: int, least: float) -> list[Row]:
    """One row an ACO with a list: people on CMS's list, people by our reading of the rules, who differs why.

    Counts under ``least`` people are not told (None), nor what would give them away: causes of few are told
    together with the next ones, and of two lists that differ by a few people only CMS's is told.
    """
    by_aco: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_aco[str(row["aco_id"])].append(row)
    found = []
    for aco, own in sorted(by_aco.items()):
        theirs = sum(int(row["people"]) for row in own if row["theirs"])
        mine = sum(int(row["people"]) for row in own if row["ours"])
        causes: dict[tuple[str, str], int] = defaultdict(int)
        for row in own:
            if row["theirs"] and not row["ours"]:
                why = REASONS.get(str(row["reason_code"]), str(row["reason_code"]).replace("_", " "))
                causes[("only_theirs", why)] -= int(row["people"])
            elif row["ours"] and not row["theirs"]:
                causes[("only_ours", str(row["turnover"] or OURS_ONLY))] += int(row["people"])
        shown, few = _told(causes, least)
        if few is not None:  # few people of several causes together
            shown.append((("few", FEW), few))
        # two counts of many tell a few by what separates them
        differing = sum(map(abs, causes.values()))
        known = min(theirs, mine) >= least and not 0 < differing < least
        found.append(
            {
                "aco_id": aco, "year": year, "figure": "assigned_people", "report": "ALR", "period": None,
                "stage": None, "theirs": theirs if theirs == 0 or theirs >= least else None,
                "ours": mine if known else None, "difference": mine - theirs if known else None,
                "people": theirs if theirs == 0 or theirs >= least else None,
                "causes": [
                    {"cause": name, "why": why, "effect": count if known else None}
                    for (name, why), count in sorted(shown, key=lambda item: -abs(item[1]))
                ],
                "note": None,
            }
        )  # fmt: skip
    return found
