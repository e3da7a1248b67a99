"""What each kind of date asks for, and which of it is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from corridor.law import RulesInForce
from corridor.programs.calendar.model import Deadline, said
from corridor.programs.calendar.standing import Evidence, Need, Tables, counted_need
from corridor.words import counted

Look = Callable[[Deadline, Evidence, RulesInForce], list[Need]]
LOAD_QUALITY = "corridor load quality FILE, or corridor load quality-results FILE"
LOAD_ATTESTATION = "corridor load attestation FILE"
COMPLETENESS = "mips.data_completeness_minimum"
REGISTRATION = "mips.registration"


def needs(one: Deadline, evidence: Evidence, force: RulesInForce) -> list[Need]:
    """What a date asks for, done or not; nothing where nothing is to do.

    ``force``: the rules of the performance year of the date.
    """
    look = LOOKS.get(one.event)
    return look(one, evidence, force) if look else []


def words(found: list[Need]) -> str:
    """What is missing in one line; empty where everything Corridor can see is there."""
    open_needs = [need for need in found if need.state in ("missing", "partly")]
    listed = [f"{need.what} ({need.detail})" if need.detail else need.what for need in open_needs]
    if listed:
        return "Missing: " + "; ".join(listed)
    unseen = [need.what for need in found if need.state == "unseen"]
    return "Cannot be seen from here: " + "; ".join(unseen) if unseen else ""


def _submission(one: Deadline, evidence: Evidence, force: RulesInForce) -> list[Need]:
    year = one.year or 0
    found = _categories(year, evidence, None)
    run = evidence.run
    if run is not None and run.has("claims.measure_result") and COMPLETENESS in force:
        found.append(_completeness(run, year, force))
    found.append(Need("a submission that validates, and CMS's receipt", "unseen", "", "corridor submit qpp"))
    return found


def _completeness(run: Tables, year: int, force: RulesInForce) -> Need:
    """Results below the completeness that counts, of those that state one."""
    least = force.number(COMPLETENESS)
    (row,) = run.query(
        "select count(*) as results, count(*) filter (where completeness < ?) as below "
        "from claims.measure_result where performance_year = ? and completeness is not null",
        [least, year],
    )
    what = f"data completeness of {least:g} percent"
    if not row["results"]:
        return Need(what, "missing", "no result states its completeness", LOAD_QUALITY)
    if row["below"]:
        return Need(
            what, "partly", f"{row['below']:,} of {row['results']:,} results are below", "corridor gaps"
        )
    return Need(what, "done", f"{row['results']:,} results")


def _categories(year: int, evidence: Evidence, practices: int | None) -> list[Need]:
    """Quality results, activities and interoperability of a year, by practices that have them."""
    found = []
    for key, what, todo in (
        ("quality", f"quality results of {year}", LOAD_QUALITY),
        ("activities", f"improvement activities attested for {year}", LOAD_ATTESTATION),
        ("interoperability", f"an interoperability score of {year}", LOAD_ATTESTATION),
    ):
        have = evidence.practices.get(key, {}).get(year, 0)
        need = counted_need(what, have, practices, "practices" if have != 1 else "practice", todo)
        if key == "quality" and have:
            count = evidence.measures.get(year, 0)
            need = Need(need.what, need.state, f"{need.detail}, {counted(count, 'measure')}", need.todo)
        found.append(need)
    return found


def _asm_submission(one: Deadline, evidence: Evidence, force: RulesInForce) -> list[Need]:
    year = one.year or 0
    run = evidence.of_year(year)
    if run is None or not run.has("asm.eligibility"):
        missing = Need(f"a run of {year}: who is a participant", "missing", "", f"corridor run --year {year}")
        return [missing, *_categories(year, evidence, None)]
    (row,) = run.query(
        "select count(*) as people, count(distinct tin) as practices from asm.eligibility "
        "where eligible and performance_year = ?",
        [year],
    )
    if not row["people"]:
        return [Need("nothing: no participant among the loaded clinicians", "done")]
    found = [_asm_measures(evidence, force, year, int(row["people"]))]
    return found + _categories(year, evidence, int(row["practices"]))[1:]


def _asm_measures(evidence: Evidence, force: RulesInForce, year: int, people: int) -> Need:
    """Participants with a result of the year for every measure of their cohort that is theirs to report."""
    asked: dict[str, int] = {}
    for measure in force.rows("asm.quality_measure"):
        if not measure["administrative_claims"]:
            asked[measure["cohort"]] = asked.get(measure["cohort"], 0) + 1
    assert evidence.run is not None
    rows = evidence.run.query(
        "select who.cohort, who.tin, who.npi, count(distinct result.measure_id) as measures "
        "from asm.eligibility as who join asm.measure_input as result "
        "on result.tin = who.tin and result.npi = who.npi and result.result_year = ? "
        "and result.origin like 'reported%' and result.rate is not null "
        "where who.eligible and who.performance_year = ? group by who.cohort, who.tin, who.npi",
        [year, year],
    )
    whole = sum(1 for row in rows if row["measures"] >= asked.get(row["cohort"], 0))
    what = f"every measure of the cohort, with results of {year}"
    return counted_need(what, whole, people, "participants", LOAD_QUALITY)


def _claims(one: Deadline, evidence: Evidence, force: RulesInForce) -> list[Need]:
    """Claims that reach to the end of a window."""
    return [_claims_to(one.day, evidence)] if one.day is not None else []


def _claims_to(day: date, evidence: Evidence) -> Need:
    what = f"claims through {said(day)}"
    if evidence.today <= day:
        return Need(what, "later")
    if evidence.through is None:
        return Need(what, "missing", "no claims are loaded", "corridor load cclf FOLDER")
    if evidence.through < day:
        return Need(what, "partly", f"claims end on {said(evidence.through)}", "corridor load cclf FOLDER")
    return Need(what, "done")


def _snapshot(one: Deadline, evidence: Evidence, force: RulesInForce) -> list[Need]:
    has = "org_raw.participant_list" in evidence.tables
    listed = Need(
        "the participant list of the APM entity", "done" if has else "missing", "",
        "" if has else "corridor load participants FILE",
    )  # fmt: skip
    return [*_claims(one, evidence, force), listed]


def _registration(one: Deadline, evidence: Evidence, force: RulesInForce) -> list[Need]:
    """MVPs to compare, and what the organization says it registered (mips.registration)."""
    if one.event != "mips.mvp_registration":
        return _at_cms(one, evidence, force)
    has = "qpp_mvp_measure" in evidence.installed
    found = [
        Need(
            "the MVPs of CMS, to compare pathways", "done" if has else "missing", "",
            "corridor best-mix" if has else "corridor reference add FOLDER of qpp-measures-data",
        )
    ]  # fmt: skip
    stated = force.rows(REGISTRATION) if REGISTRATION in force else []
    mvps = sum(1 for row in stated if row["pathway"] == "mvp")
    if mvps:
        told = Need("the registrations for an MVP", "done", f"{mvps:,} stated in corridor.toml")
    else:
        told = Need(
            "whether it was done at CMS", "unseen", "", f"state it as {REGISTRATION} in corridor.toml"
        )
    return [*found, told]


def _review(one: Deadline, evidence: Evidence, force: RulesInForce) -> list[Need]:
    done = one.year in evidence.compared
    return [
        Need(
            f"CMS's feedback of {one.year} beside your own figures", "done" if done else "missing", "",
            "" if done else "corridor agree qpp FEEDBACK",
        )
    ]  # fmt: skip


def _at_cms(one: Deadline, evidence: Evidence, force: RulesInForce) -> list[Need]:
    return [Need("whether it was done at CMS", "unseen", "", "look at the QPP portal")]


def _begun(one: Deadline, evidence: Evidence, force: RulesInForce) -> list[Need]:
    year = one.year or 0
    key = "activities" if one.event.endswith("activity_begins") else "interoperability"
    if evidence.practices.get(key, {}).get(year):
        return [Need("that it was begun", "done", "attested")]
    return [Need("whether it was begun", "unseen", "", LOAD_ATTESTATION)]


LOOKS: dict[str, Look] = {
    "asm.submission_deadline": _asm_submission,
    "asm.activity_begins": _begun,
    "asm.interoperability_begins": _begun,
    "mips.activity_begins": _begun,
    "mips.cahps_registration": _registration,
    "mips.hardship": _at_cms,
    "mips.interoperability_begins": _begun,
    "mips.mvp_registration": _registration,
    "mips.opt_in": _at_cms,
    "mips.segment": _claims,
    "mips.submission": _submission,
    "mips.targeted_review": _review,
    "mssp.assignment": _claims,
    "qp.snapshot": _snapshot,
    "reach.alignment": _claims,
}
