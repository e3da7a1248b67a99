"""The doors behind the forms: the functions of the command line, and the sentence that opens each answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from corridor.law import load_rules
from corridor.reports.words import short_dollars
from corridor.web.forms.door import Answer, Asked, Choice, Door, Row
from corridor.web.forms.model_doors import MODEL_DOORS
from corridor.web.forms.model_doors import MODELS as PROGRAMS_OF_MODELS
from corridor.words import counted

PROGRAMS, BILLING, CARE, LOADED = "Programs", "Prices and billing", "Primary care and risk", "Lists to load"
YEAR = Choice("year", "Performance year", about="empty: the year of the settings, else the first")
SERVICE_YEAR = Choice("year", "Year", about="empty: the newest installed")


def _sum(rows: Iterable[Row], column: str) -> float:
    return float(sum(float(row[column]) for row in rows if row.get(column) is not None))


def _law(asked: Asked, programs: list[str]) -> Any:
    given = asked.context.settings
    return load_rules(
        programs, as_known_on=given.as_known_on, overrides=given.overrides, proposed=given.proposed
    )


def _file(asked: Asked) -> Any:
    return next(iter(asked.files.values()))


def _asm(asked: Asked) -> Answer:
    from corridor.programs.asm.compute import settle
    from corridor.programs.asm.door import read_asm_file

    rules = _law(asked, ["asm"])
    year = asked.year or asked.context.settings.year or rules.first_year("asm") or date.today().year
    national = asked.chosen.get("within") == "national"
    inputs = read_asm_file(_file(asked), rules.in_force(year), national=national)
    found = settle(inputs, rules, year, national=national)
    rows = found.rows()
    total = _sum(rows, "dollars")
    gain = sum(1 for row in rows if (row["dollars"] or 0) > 0)
    lose = sum(1 for row in rows if (row["dollars"] or 0) < 0)
    verb = "gain" if total >= 0 else "lose"
    one = len(rows) == 1
    return Answer(
        f"{counted(len(rows), 'clinician')} {verb + 's' if one else 'together ' + verb} "
        f"{short_dollars(abs(total))} in {found.payment_year}: {gain:,} gain, {lose:,} lose",
        {"Results": rows, "Cohorts": found.cohorts()},
        ("clinician_name", "tin", "npi", "cohort", "final_score", "payment_adjustment_factor", "dollars",
         "status"),
        found.assumptions(),
        found.warnings,
        signed=("dollars", "payment_adjustment_factor"),
    )  # fmt: skip


def _mips(asked: Asked) -> Answer:
    from corridor.programs.mips.compute import settle_file

    rules = _law(asked, ["mips", "qp", "performance"])
    year = asked.year or asked.context.settings.year or date.today().year
    whole = asked.chosen.get("within") == "alone"
    found = settle_file(_file(asked), rules, year, asked.context.warehouse.home, whole_cohort=whole)
    rows = found.rows()
    counts = {
        word: sum(1 for row in rows if (row["payment_adjustment_factor"] or 0) * sign > 0)
        for word, sign in (("rewarded", 1), ("cut", -1))
    }
    total = _sum(rows, "dollars")
    return Answer(
        f"{counted(len(rows), 'score')}: {counts['rewarded']:,} rewarded, {counts['cut']:,} cut, together "
        f"{'gaining' if total >= 0 else 'losing'} {short_dollars(abs(total))} in {found.payment_year}",
        {"Results": rows, "Measures": found.measure_rows()},
        ("clinician_name", "tin", "npi", "participation", "pathway", "final_score",
         "payment_adjustment_factor", "dollars", "status"),
        found.assumptions(),
        found.warnings,
        signed=("dollars", "payment_adjustment_factor"),
    )  # fmt: skip


def _qp(asked: Asked) -> Answer:
    from corridor.programs.qp.compute import settle
    from corridor.programs.qp.door import read_qp_file

    rules = _law(asked, ["qp", "pfs"])
    year = asked.year or asked.context.settings.year or date.today().year
    found = settle(read_qp_file(_file(asked), rules.in_force(year)), rules, year).to_dict()
    words = {"qp": "qualifying", "partial_qp": "partial", "none": "neither", "unknown": "unknown"}
    counts = [
        f"{n:,} {word}"
        for key, word in words.items()
        if (n := sum(r["status"] == key for r in found["rows"]))
    ]
    total = _sum(found["rows"], "dollars")
    return Answer(
        f"{', '.join(counts)} in {found['year']}, worth {short_dollars(total)} in {found['payment_year']}",
        {"Results": found["rows"]},
        (
            "tin", "npi", "status", "best_payment_score", "best_patient_score", "incentive_dollars",
            "conversion_factor_dollars", "mips_status", "reason",
        ),
        found["assumptions"],
        found["warnings"],
        signed=("incentive_dollars", "conversion_factor_dollars"),
    )  # fmt: skip


def _low_volume(asked: Asked) -> Answer:
    from corridor.programs.qp.door import read_low_volume_file
    from corridor.programs.qp.volume import judge_volume

    year = asked.year or asked.context.settings.year or date.today().year
    found = judge_volume(read_low_volume_file(_file(asked)), _law(asked, ["qp", "pfs"]).in_force(year))
    rows = found["rows"]
    required = sum(1 for row in rows if row["standing"] == "required")
    return Answer(
        f"MIPS is required of {required:,} of {counted(len(rows), 'row')} in {found['year']}",
        {"Results": rows}, ("tin", "npi", "standing", "why"), found["assumptions"], found["warnings"],
    )  # fmt: skip


def _audit(asked: Asked) -> Answer:
    from corridor.jobs.audits import from_file, spec_of

    spec = spec_of(asked.chosen["audit"])
    found = from_file(spec, _file(asked), asked.context)
    return _findings(found)


def _findings(found: Any) -> Answer:
    rows = found.rows
    words = {"missed": "left unbilled", "paid_in_error": "paid in error", "at_risk": "at risk"}
    parts = [
        f"{short_dollars(_sum(mine, 'dollars'))} {word}"
        for key, word in words.items()
        if (mine := [row for row in rows if row["direction"] == key and row["dollars"]])
    ]
    sure = sum(1 for row in rows if row["certainty"] == "sure")
    return Answer(
        f"{counted(len(rows), 'finding')}, {sure:,} of them sure" + (f": {', '.join(parts)}" if parts else "")
        if rows
        else "Nothing was found",
        {"Findings": rows, "Sums": found.summary},
        (
            "kind", "direction", "certainty", "claim_id", "order_id", "request_id", "npi", "service_date",
            "hcpcs_code", "other_hcpcs_code", "words", "dollars", "todo",
        ),
        found.assumptions,
        found.warnings,
    )  # fmt: skip


def _named(audit: str) -> Callable[[Asked], Answer]:
    def answer(asked: Asked) -> Answer:
        from corridor.jobs.audits import from_file, spec_of

        return _findings(from_file(spec_of(audit), _file(asked), asked.context))

    return answer


def _apcm(asked: Asked) -> Answer:
    from corridor.jobs.apcm import Wanted, of_file

    found = of_file(_file(asked), asked.context, Wanted(asked.year))
    gain = _sum(found.rows, "gain_amount")
    more = f"{counted(len(found.work_list), 'person', 'people')} to bill for" if found.work_list else ""
    return Answer(
        f"The better of APCM and what is billed now brings {short_dollars(gain)} a year more in {found.year}"
        if gain
        else f"APCM would bring no more than what is billed now in {found.year}",
        {
            "Clinicians": found.rows, "Programs": found.programs, "People": found.work_list,
            "Elements": found.elements,
        },
        (
            "npi", "tin", "level_1_months", "level_2_months", "level_3_months", "now_amount",
            "all_apcm_amount", "better_amount", "gain_amount",
        ),
        found.assumptions,
        found.warnings,
        [*found.comparison, *([more] if more else [])],
        ("gain_amount",),
    )  # fmt: skip


def _price(asked: Asked) -> Answer:
    from corridor.jobs.context import overrides_of
    from corridor.jobs.price import Chain, open_schedule, price_lines, read_lines
    from corridor.jobs.price_proposed import lend_newest

    settings = asked.context.settings
    overrides = {name: value for name, value in overrides_of(settings).items() if name.startswith("pfs.")}
    rules = load_rules(["pfs"], settings.as_known_on, overrides, proposed=settings.proposed)
    con = open_schedule(asked.context.warehouse, settings.threads)
    try:
        lines, warnings = read_lines(_file(asked))
        warnings += lend_newest(con, rules, {line["service_date"].year for line in lines})
        found = price_lines(con, rules, lines, Chain(0.0, 0.0), False, refuse_zip=False)
    finally:
        con.close()
    priced = [row for row in found.rows if row["amount"] is not None]
    return Answer(
        f"{counted(len(priced), 'service')} priced: {short_dollars(_sum(priced, 'amount'))} allowed"
        + (f", {len(found.rows) - len(priced):,} without a price" if len(priced) < len(found.rows) else ""),
        {"Prices": found.rows},
        ("line_id", "service_date", "code", "modifiers", "setting", "locality", "units", "amount",
         "note", "reason"),
        found.assumptions,
        [*warnings, *found.warnings],
    )  # fmt: skip


PARTS = (
    "conversion_factor", "work_efficiency", "work_revaluation", "practice_expense_non_facility",
    "practice_expense_facility", "malpractice", "gpci", "policy", "rounding", "mix",
)  # fmt: skip


def _impact(asked: Asked) -> Answer:
    from corridor.jobs.impact import measure_impact
    from corridor.jobs.impact_scenarios import read_scenario

    before, after = (asked.chosen.get(name) or "" for name in ("before", "after"))
    for text, field in ((before, "before"), (after, "after")):
        if text.lower().endswith(".toml"):  # a path of the server is nobody's to name
            read_scenario("toml", field)
    found = measure_impact(
        asked.context,
        read_scenario(before or "2025", "before"),
        read_scenario(after or "2026", "after"),
        asked.chosen.get("level") or "tin",
        _file(asked),
    ).to_dict()
    change = float((found["total"] or {}).get("change") or 0)
    return Answer(
        f"From {before or '2025'} to {after or '2026'} these volumes bring "
        f"{short_dollars(abs(change))} {'more' if change >= 0 else 'less'}",
        {"Impact": found["rows"], "Not compared": found["not_compared"]},
        ("level", "id", "units_to", "from_amount", "to_amount", "change", "change_share", *PARTS),
        found["assumptions"], found["warnings"], signed=("change", *PARTS, *found["parts"]),
    )  # fmt: skip


def _risk(asked: Asked) -> Answer:
    from corridor.jobs.risk import score_people

    settings = asked.context.settings
    rules = load_rules(
        ["risk"], as_known_on=settings.as_known_on, proposed=settings.proposed,
        overrides={name: value for name, value in settings.overrides.items() if name.startswith("risk.")},
    )  # fmt: skip
    found = score_people(
        asked.files["risk_people"], asked.files["risk_diagnoses"], rules, asked.context.warehouse,
        asked.chosen.get("model") or "v28", asked.year, "*", settings.threads,
    )  # fmt: skip
    rows = [{**row, "hccs": " ".join(map(str, row["hccs"]))} for row in found.rows]
    scores = [float(row["payment_score"]) for row in rows if row["payment_score"] is not None]
    parts = [{"person_id": who, **part} for who, listed in found.parts.items() for part in listed]
    mean = f"{sum(scores) / len(scores):.3f}" if scores else "unknown"
    return Answer(
        f"{counted(len(rows), 'person', 'people')} with a mean payment score of {mean} in {found.year}",
        {"Scores": rows, "Parts": parts},
        ("person_id", "model", "segment", "raw_score", "normalised_score", "payment_score", "hccs"),
        found.assumptions, found.warnings,
    )  # fmt: skip


def _loaded(asked: Asked) -> Answer:
    raise AssertionError("a list is loaded by a job")


def _audits(*names: tuple[str, str]) -> Choice:
    return Choice("audit", "Audit", names, names[0][0])


WITHIN = Choice(
    "within", "Settled", (("alone", "among these rows: they are the whole cohort"),
    ("national", "inside the national cohort")), "alone",
)  # fmt: skip
MIPS_WITHIN = Choice(
    "within", "Rewards scaled", (("national", "by the factor CMS published"),
    ("alone", "among these rows: they are all of MIPS")), "national",
)  # fmt: skip
SHORTEST = (
    "One row a clinician whose final score is known or supposed: the shortest way to dollars. Clinicians are "
    "paid by their place among those of their cohort."
)
MEASURES = (
    "One row a clinician (NPI under a TIN) in a cohort. Fill in what you know: a final score beats all it is "
    "made of, measures beat nothing."
)
PEOPLE = "One row a person in the first table, one row a person and diagnosis of the data year in the second."
LEVELS = tuple(
    (one, one) for one in ("tin", "npi", "specialty", "family", "site", "code", "setting", "total")
)
MODELS = tuple(
    (one, one.upper().replace("_", " ")) for one in ("v28", "v24", "esrd_v24", "esrd_v21", "blend")
)
DOORS: dict[str, Door] = {
    one.name: one
    for one in (
        Door("asm_scores", PROGRAMS, _asm, choices=(YEAR, WITHIN), about=SHORTEST),
        Door("asm", PROGRAMS, _asm, choices=(YEAR, WITHIN), about=MEASURES),
        Door("mips_scores", PROGRAMS, _mips, choices=(YEAR, MIPS_WITHIN)),
        Door("mips", PROGRAMS, _mips, choices=(YEAR, MIPS_WITHIN)),
        Door("qp", PROGRAMS, _qp, choices=(YEAR,)),
        Door("low_volume", PROGRAMS, _low_volume, choices=(YEAR,)),
        *MODEL_DOORS,
        Door("price_lines", BILLING, _price),
        Door(
            "impact_volumes", BILLING, _impact,
            choices=(
                Choice("before", "From", default="2025", about="2025, 2025D, 2027-proposed"),
                Choice("after", "To", default="2026", about="2025, 2025D, 2027-proposed"),
                Choice("level", "By", LEVELS, "tin"),
            ),
        ),
        Door(
            "claims_to_check", BILLING, _audit,
            choices=(
                _audits(
                    ("all", "All that these lines allow"), ("conflicts", "Services that exclude one another"),
                    ("g2211", "G2211"), ("wellness", "Wellness visits"), ("telehealth", "Telehealth"),
                    ("duplicates", "Duplicates"),
                ),
            ),
        ),
        Door(
            "drug_lines", BILLING, _audit,
            choices=(_audits(("drugs", "Drugs"), ("skin-substitutes", "Skin substitutes")),),
        ),
        Door("prior_auth_orders", BILLING, _named("prior-auth")),
        Door("prior_auth_requests", BILLING, _named("affirmations"), run=True),
        Door("apcm_panel", CARE, _apcm, choices=(SERVICE_YEAR,)),
        Door("apcm_counts", CARE, _apcm, choices=(SERVICE_YEAR,)),
        Door(
            "risk_people", CARE, _risk, ("risk_people", "risk_diagnoses"),
            (
                Choice("model", "Model", MODELS, "v28"),
                Choice("year", "Payment year", about="empty: the newest"),
            ),
            about=PEOPLE,
        ),
        Door("provider_roster", LOADED, _loaded),
        Door("participant_list", LOADED, _loaded),
        Door("quality_result", LOADED, _loaded),
        Door("category_attestation", LOADED, _loaded),
    )
}  # fmt: skip
LOADS = {
    "provider_roster": "roster", "participant_list": "participants", "quality_result": "quality",
    "category_attestation": "attestation",
}  # fmt: skip
GROUPS = (PROGRAMS, PROGRAMS_OF_MODELS, BILLING, CARE, LOADED)
