"""Drugs and skin substitutes: what is spent, on which, at what price, and what the flat rate changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from corridor.law import Rules
from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Column, Section, Table, TableRow, text_cell
from corridor.reports.words import month_name, real, share, short_dollars
from corridor.web.answers import Whom, data_year, rows_of
from corridor.web.population.amounts import (
    count_cell,
    decimal,
    few,
    money,
    part,
    unless,
)
from corridor.web.population.pictures import bar_picture
from corridor.web.viewer import Viewer

SPEND, DRUG = "measures.drug_spend", "panel.drug"
SKIN, CHANGE = "panel.skin_substitute", "billing.skin_substitute_change"
FAMILIES = {"cancer_drug": "Cancer drug", "vaccine": "Vaccine", "drug": "Drug"}
MOST = 50
Drawn = tuple[str, str, list[Section]]


def spend_answer(viewer: Viewer, asked: Whom) -> Drawn:
    """Part B drugs of the measured year: the codes that cost most, and specialty drugs among them."""
    test, values = asked.where("tin", "npi")
    year = f"{data_year(viewer)}%"
    rows = rows_of(
        viewer,
        DRUG,
        "select hcpcs_code, max(family) as family, max(people) as people, sum(lines) as lines, sum(units) "
        "as units, "
        "sum(coalesce(allowed_amount, paid_amount)) as spent, count(distinct npi) as npis "
        f"from {DRUG} where {test} and quarter like ? group by hcpcs_code order by spent desc nulls last",
        [*values, year],
    )
    spent = sum(float(row["spent"] or 0) for row in rows)
    if not spent:
        empty = (
            "Part B drugs come with professional and outpatient lines (CCLF1, CCLF5): load them, "
            "then `corridor run`."
        )
        return (
            f"No Part B drugs{asked.of()} are loaded for {data_year(viewer)}",
            "",
            [Section("spend", "By drug", empty=empty)],
        )
    special = _specialty(viewer)
    of_special = sum(float(row["spent"] or 0) for row in rows if row["hcpcs_code"] in special)
    first = rows[0]
    sentence = (
        f"Part B drugs{asked.of()} cost {short_dollars(spent)} in {data_year(viewer)}; code "
        f"{first['hcpcs_code']} is "
        f"{share(float(first['spent'] or 0) / spent, 0)} of it"
    )
    second = (
        f"Specialty drugs, by what a month of them costs, are {share(of_special / spent, 0)} of the dollars."
    )
    listed = [
        Bar(f"{row['hcpcs_code']} {_family(row)}", float(row["spent"] or 0))
        for row in rows[:12]
        if not few(row["lines"])
    ]
    table = Table(
        "drugs",
        f"Part B drugs of {data_year(viewer)} by code",
        [
            Column("Code"),
            Column("Kind"),
            Column("Specialty"),
            Column("Clinicians", "number"),
            Column("Lines", "number"),
            Column("Units", "number"),
            Column("Spent", "number", "Allowed, or paid where the claim states no allowed amount"),
            Column("A unit", "number"),
            Column("Share", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(row["hcpcs_code"]),
                    text_cell(_family(row)),
                    text_cell("yes" if row["hcpcs_code"] in special else "no"),
                    count_cell(row["npis"]),
                    *unless(
                        few(row["lines"]),
                        count_cell(row["lines"]),
                        decimal(row["units"], 0),
                        money(row["spent"]),
                        text_cell(_per_unit(row)),
                        part(float(row["spent"] or 0) / spent),
                    ),
                ]
            )
            for row in rows[:MOST]
        ],
        note=f"The {MOST} costliest of {len(rows):,}." if len(rows) > MOST else "",
    )
    pictures = bar_picture("drugs", "Spend by drug code", listed, short_dollars)
    return (
        sentence,
        second,
        [
            Section("spend", "By drug", pictures=pictures, tables=[table]),
            _models(spent, of_special),
            *_part_d(viewer, asked),
        ],
    )


def _family(row: dict[str, Any]) -> str:
    family = str(row["family"] or "drug")
    return FAMILIES.get(family, family.replace("_", " ").capitalize())


def _per_unit(row: dict[str, Any]) -> str:
    units = real(row["units"])
    return f"${float(row['spent'] or 0) / units:,.2f}" if units else "–"


def _specialty(viewer: Viewer) -> set[str]:
    """The codes that are specialty drugs by their price of a month."""
    found = rows_of(
        viewer, SPEND, f"select distinct drug_code from {SPEND} where part = 'B' and specialty_drug"
    )
    return {str(row["drug_code"]) for row in found}


def _models(spent: float, special: float) -> Section:
    return Section(
        "models",
        "Exposure under drug models",
        notes=[
            f"{short_dollars(spent)} of Part B drugs, of them {short_dollars(special)} specialty drugs, is "
            f"what a model on "
            "Part B prices would touch.",
            "The Cell and Gene Therapy Access Model and GENEROUS are about Medicaid, on terms between CMS, "
            "states and "
            "manufacturers that are not public: nothing of these Medicare claims is at stake under them.",
        ],
    )


def _part_d(viewer: Viewer, asked: Whom) -> list[Section]:
    """Part D by product: its gross cost, as claims files carry no net price."""
    if asked.tin or asked.aco:
        return []
    test, values = asked.where("npi")
    rows = rows_of(
        viewer,
        SPEND,
        "select drug_code, max(people) as people, sum(claims) as claims, sum(days_supply) as days, "
        f"sum(gross_amount) as gross, bool_or(specialty_drug) as specialty from {SPEND} where part = 'D' "
        f"and {test} "
        f"group by drug_code order by gross desc nulls last limit {MOST}",
        values,
    )
    if not rows:
        return []
    table = Table(
        "part-d",
        "Part D by product code, gross of rebates",
        [
            Column("Product (NDC)"),
            Column("Fills", "number"),
            Column("Days", "number"),
            Column("Gross cost", "number"),
            Column("A day", "number"),
            Column("Specialty"),
        ],
        [
            TableRow(
                [
                    text_cell(row["drug_code"]),
                    *unless(
                        few(row["claims"]),
                        count_cell(row["claims"]),
                        count_cell(row["days"]),
                        money(row["gross"]),
                        text_cell(
                            f"${float(row['gross']) / float(row['days']):,.2f}" if row["days"] else "–"
                        ),
                    ),
                    text_cell("yes" if row["specialty"] else "no"),
                ]
            )
            for row in rows
        ],
        note="By who prescribed. Part D spending is in no benchmark of Parts A and B.",
    )
    return [Section("part-d", "Part D", tables=[table])]


def price_answer(viewer: Viewer, asked: Whom) -> Drawn:
    """What was allowed against the payment limit of the quarter."""
    test, values = asked.where("tin", "npi")
    rows = rows_of(
        viewer,
        DRUG,
        "select hcpcs_code, sum(priced_lines) as lines, sum(priced_amount) as allowed, sum(limit_amount) "
        "as limit_amount, "
        f"sum(price_difference) as difference, sum(add_on_amount) as add_on from {DRUG} where {test} "
        "and priced_lines > 0 group by hcpcs_code order by abs(sum(price_difference)) desc nulls last",
        values,
    )
    if not rows:
        empty = (
            "Payment limits are not installed: `corridor reference add FILE` takes CMS's ASP pricing file "
            "of a quarter; then "
            "`corridor run`. Hospital lines are not compared: how they are packaged is not known."
        )
        return (
            f"Nothing can be said of the price of drugs{asked.of()}",
            "",
            [Section("price", "Price against payment limit", empty=empty)],
        )
    allowed, limit, difference = (
        sum(float(row[key] or 0) for row in rows) for key in ("allowed", "limit_amount", "difference")
    )
    side = "above" if difference > 0 else "below"
    sentence = (
        f"{short_dollars(allowed)} was allowed for drugs{asked.of()} with a known limit, "
        f"{short_dollars(abs(difference))} "
        f"{side} what the limits give"
    )
    add_on = sum(float(row["add_on"] or 0) for row in rows)
    second = (
        f"The limits come to {short_dollars(limit)}; {short_dollars(add_on)} of that is the add-on to the "
        "average sales price."
    )
    listed = [
        Bar(str(row["hcpcs_code"]), float(row["difference"] or 0))
        for row in rows[:12]
        if not few(row["lines"])
    ]
    table = Table(
        "drug-prices",
        "Allowed against the payment limit, all loaded quarters",
        [
            Column("Code"),
            Column("Lines", "number"),
            Column("Allowed", "number"),
            Column("At the limit", "number"),
            Column("Difference", "number"),
            Column("Add-on", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(row["hcpcs_code"]),
                    *unless(
                        few(row["lines"]),
                        count_cell(row["lines"]),
                        money(row["allowed"]),
                        money(row["limit_amount"]),
                        money(row["difference"], signed=True),
                        money(row["add_on"]),
                    ),
                ]
            )
            for row in rows[:MOST]
        ],
        note="Restated limits, contractor prices and units of another dosage explain many differences: "
        "each is for review.",
    )
    pictures = bar_picture(
        "drug-prices",
        "Allowed less the limit, by code",
        listed,
        lambda value: short_dollars(value, signed=True),
    )
    return (
        sentence,
        second,
        [Section("price", "Price against payment limit", pictures=pictures, tables=[table])],
    )


def flat_since(law: Rules) -> int:
    """The first month of the flat rate of skin substitutes, as rules hold it."""
    first = law.in_force(date.max.year).history("drug.skin_headline_rate")[0].valid_from
    return first.year * 100 + first.month if isinstance(first, date) else int(first) * 100 + 1


def skin_answer(viewer: Viewer, asked: Whom, since_month: int) -> Drawn:
    """Skin substitutes before and since the flat rate."""
    begun = month_name(since_month)
    test, values = asked.where("tin", "npi")
    rows = rows_of(
        viewer,
        SKIN,
        "select hcpcs_code, max(product_kind) as kind, sum(lines) as lines, sum(units) as units, "
        "sum(coalesce(allowed_amount, paid_amount)) filter (where month < ?) as before, "
        "sum(flat_amount) filter (where month < ?) as flat_before, sum(units) filter (where month < ?) as "
        "units_before, "
        "sum(coalesce(allowed_amount, paid_amount)) filter (where month >= ?) as since, "
        f"sum(units) filter (where month >= ?) as units_since from {SKIN} where {test} group by hcpcs_code "
        "order by before desc nulls last, since desc nulls last",
        [*[since_month] * 5, *values],
    )
    if not rows:
        empty = (
            "No skin substitute is billed by those you may see. Products are recognized from the relative "
            "value file: "
            "`corridor reference add FILE` takes CMS's release."
        )
        return (
            f"No skin substitutes{asked.of()} are loaded",
            "",
            [Section("skin", "Skin substitutes", empty=empty)],
        )
    before, flat, since = (
        sum(float(row[key] or 0) for row in rows) for key in ("before", "flat_before", "since")
    )
    change = flat - before
    side = "less" if change < 0 else "more"
    sentence = (
        f"Skin substitutes{asked.of()} billed before {begun} would bring {short_dollars(abs(change))} {side} "
        f"at the flat rate"
        if before
        else f"{short_dollars(since)} was allowed for skin substitutes{asked.of()} since {begun}"
    )
    second = (
        f"{short_dollars(before)} was allowed before; the same area gives {short_dollars(flat)}. Since "
        f"{begun}: {short_dollars(since)}."
        if before
        else ""
    )
    listed = [
        Bar(str(row["hcpcs_code"]), float(row["flat_before"] or 0) - float(row["before"] or 0))
        for row in rows[:12]
        if row["before"] and not few(row["lines"])
    ]
    table = Table(
        "skin-substitutes",
        "Skin substitutes by product",
        [
            Column("Product"),
            Column("Kind"),
            Column("Lines", "number"),
            Column("Area before", "number"),
            Column("Allowed before", "number"),
            Column("At the flat rate", "number"),
            Column("Change", "number"),
            Column("Area since", "number"),
            Column("Allowed since", "number"),
        ],
        [
            TableRow(
                [
                    text_cell(row["hcpcs_code"]),
                    text_cell(str(row["kind"] or "–").replace("_", " ")),
                    *unless(
                        few(row["lines"]),
                        count_cell(row["lines"]),
                        decimal(row["units_before"], 0),
                        money(row["before"]),
                        money(row["flat_before"]),
                        money(
                            float(row["flat_before"] or 0) - float(row["before"] or 0)
                            if row["before"]
                            else None,
                            signed=True,
                            toned=True,
                        ),
                        decimal(row["units_since"], 0),
                        money(row["since"]),
                    ),
                ]
            )
            for row in rows[:MOST]
        ],
        note="What was thrown away counts nothing at the flat rate. The rates are rules of drug, with "
        "their source.",
    )
    pictures = bar_picture(
        "skin-substitutes",
        "Change at the same area by product",
        listed,
        lambda value: short_dollars(value, signed=True),
        signed=True,
    )
    return sentence, second, [Section("skin", f"Before and since {begun}", pictures=pictures, tables=[table])]
