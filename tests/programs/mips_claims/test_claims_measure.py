"""Part B claims measures: CMS's own codes of 2025, and claims by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridor.reference.catalogue import catalogue
from corridor.reference.qpp import Qpp, qpp_from_files
from tests.claims.canonical import CANONICAL
from tests.measures.bench_tables import Row, Tables
from tests.programs.mips_claims.bench import bench, claims

DENIED = {
    "source_id": "VARCHAR", "claim_id": "VARCHAR", "claim_line_number": "INTEGER", "person_id": "BIGINT",
    "claim_type_code": "VARCHAR", "service_date": "DATE", "hcpcs_code": "VARCHAR",
    **{f"hcpcs_modifier_{number}": "VARCHAR" for number in range(1, 6)},
    "place_of_service_code": "VARCHAR", "tin": "VARCHAR", "npi": "VARCHAR",
}  # fmt: skip
PERSON = {"person_id": "BIGINT", "birth_date": "DATE", "gender": "VARCHAR"}
STEPS = (
    "claims_code",
    "claims_line",
    "claims_match",
    "claims_event",
    "claims_answer",
    "claims_measure_patient",
)
MAY, JUNE, JULY = date(2025, 5, 5), date(2025, 6, 6), date(2025, 7, 7)


@pytest.fixture(scope="module")
def qpp(test_data: Path) -> Qpp:
    folder = test_data / "qpp"
    return qpp_from_files([folder / "measures" / "2025", folder / "claims-related"])


@pytest.fixture(scope="module")
def tables() -> Tables:
    """One bench for all: each test gives every table anew."""
    return bench()


_held: list[str | None] = []  # the measure whose codes stand in the bench


def reference(tables: Tables, qpp: Qpp | None, used: str) -> None:
    """The installed codes of one measure."""
    wanted = used if qpp else None
    if _held == [wanted]:
        return
    _held[:] = [wanted]
    rows: dict[str, list[dict[str, Any]]] = {
        "qpp_claims_code": [vars(one) for one in (qpp.claims_codes if qpp else ()) if one.measure_id == used],
        "qpp_measure": [vars(qpp.measures[used])] if qpp else [],
        "qpp_measure_stratum": [],
    }
    for measure in rows["qpp_measure"]:
        for place, stratum in enumerate(measure["strata"]):
            key = {"year": 2025, "measure_id": measure["measure_id"], "place": place}
            rows["qpp_measure_stratum"].append({**key, "stratum": stratum.name})
    for name, many in rows.items():
        columns = catalogue()[name].columns
        tables.give(f"reference.{name}", columns, [[one.get(column) for column in columns] for one in many])


def by_hand(tables: Tables, rows: Sequence[dict[str, Any]]) -> None:
    """Codes of a made-up measure in place of the installed ones."""
    _held.clear()
    columns = catalogue()["qpp_claims_code"].columns
    tables.give("reference.qpp_claims_code", columns, [[row.get(one) for one in columns] for row in rows])


def visit(
    *codes: str, day: date = MAY, person: int = 1, npi: str = "N1", **more: Any
) -> list[dict[str, Any]]:
    """Lines of a day: 99213 unless said, and quality codes (``3017F-8P``: with that modifier)."""
    base = {"day": day, "person_id": person, "rendering_npi": npi, **more}
    lines = []
    for code in (more.get("hcpcs_code", "99213"), *codes):
        bare, _, modifier = code.partition("-")
        extra = {"hcpcs_code": bare} | ({"hcpcs_modifier_1": modifier} if modifier else {})
        lines.append(base | extra)
    return lines


def made(
    tables: Tables,
    qpp: Qpp | None,
    lines: Sequence[Iterable[dict[str, Any]]],
    measure: str = "236",
    diagnosis: str = "I10",
    denied: Sequence[dict[str, Any]] = (),
    people: Sequence[Sequence[Any]] = ((1, date(1960, 1, 1), "male"), (2, date(1970, 1, 1), "female")),
) -> Tables:
    reference(tables, qpp, measure)
    flat = [line for one in lines for line in one]
    claims(tables, flat)
    types = CANONICAL["claim_diagnosis"]
    named = [
        {"source_id": "s1", "claim_id": f"C{number:05d}", "person_id": line["person_id"],
         "diagnosis_sequence": 1, "diagnosis_code": diagnosis, "service_month": 202505}
        for number, line in enumerate(flat)
    ]  # fmt: skip
    tables.give("claims.claim_diagnosis", types, [[row.get(column) for column in types] for row in named])
    tables.give("claims.person", PERSON, people)
    refused = {
        "source_id": "s1", "claim_id": "C00000", "claim_line_number": 2, "person_id": 1,
        "claim_type_code": "71", "service_date": MAY, "place_of_service_code": "11", "tin": "T1", "npi": "N1",
    }  # fmt: skip
    given = [refused | line for line in denied]
    tables.give("claims.denied_line", DENIED, [[line.get(one) for one in DENIED] for line in given])
    for step in STEPS:
        tables.make(f"mips.{step}")
    return tables


def counts(tables: Tables, measure: str = "236", npi: str = "N1", stratum: str = "") -> Row:
    rows = tables.make("mips.claims_measure")
    return next(
        (
            row for row in rows
            if (row["performance_year"], row["measure_id"], row["npi"], row["stratum"])
            == (2025, measure, npi, stratum)
        ),
        {},
    )  # fmt: skip


def shares(row: Row) -> tuple[int, ...]:
    names = ("eligible_population", "met", "not_met", "exclusion", "exception", "not_reported")
    return tuple(row[name] for name in names)


def test_the_last_answer_of_a_patient_counts_for_blood_pressure(tables: Tables, qpp: Qpp) -> None:
    """236: controlled in May, not in June, asked nothing in July: the answer of June counts."""
    found = made(
        tables,
        qpp,
        [visit("G8752", "G8754"), visit("G8753", "G8754", day=JUNE), visit(day=JULY), visit(person=2)],
    )
    row = counts(found)
    assert shares(row) == (2, 0, 1, 0, 0, 1)
    assert (row["completeness"], row["rate"], row["is_proxy"]) == (50, 0, False)
    assert (row["is_complete"], row["has_cases"]) == (False, False)  # 50 below 75 percent, 2 below 20 cases
    patient = next(one for one in found.make("mips.claims_measure_patient") if one["person_id"] == 1)
    assert (patient["event_date"], patient["status"], patient["events"]) == (JUNE, "not_met", 3)


def test_half_of_an_answer_is_none(tables: Tables, qpp: Qpp) -> None:
    """236 asks for a systolic and a diastolic code."""
    assert shares(counts(made(tables, qpp, [visit("G8752")]))) == (1, 0, 0, 0, 0, 1)
    assert shares(counts(made(tables, qpp, [visit("G9740")]))) == (1, 0, 0, 1, 0, 0)


def test_who_is_in_the_denominator(tables: Tables, qpp: Qpp) -> None:
    """236 takes 18 to 85 years on the day of the visit, and those with a birth date."""
    born = {
        1: date(1939, 5, 5),  # 86 that day
        2: date(1939, 5, 6),
        3: date(2007, 5, 5),  # 18 that day
        4: date(2007, 5, 6),
        5: None,
    }
    people = [(person, day, "male") for person, day in born.items()]
    lines = [visit("G8752", "G8754", person=person) for person in born]
    found = made(tables, qpp, lines, people=people).make("mips.claims_event")
    assert [one["person_id"] for one in found if one["npi"] == "N1"] == [2, 3]
    assert not counts(made(tables, qpp, [visit("G8752", "G8754")], diagnosis="I119"))


def test_a_quality_code_that_was_not_paid_reports_and_a_visit_that_was_not_does_not(
    tables: Tables, qpp: Qpp
) -> None:
    """113: the code of patient 1 came back denied; of patient 2 the visit did."""
    lines: list[dict[str, Any]] = [{"hcpcs_code": "3017F"}]
    lines.append({"hcpcs_code": "99213", "person_id": 2, "claim_id": "C9"})
    found = made(tables, qpp, [visit()], "113", denied=lines)
    assert shares(counts(found, "113")) == (1, 1, 0, 0, 0, 0)
    evidence = [one for one in found.make("mips.claims_match") if one["code"] == "3017F"]
    assert [(one["claim_line_number"], one["is_paid"]) for one in evidence] == [(2, False)]


def test_only_women_are_screened_for_breast_cancer(tables: Tables, qpp: Qpp) -> None:
    people = [(1, date(1970, 1, 1), "male"), (2, date(1970, 1, 1), "female")]
    row = counts(made(tables, qpp, [visit("G9899"), visit("G9899", person=2)], "112", people=people), "112")
    assert shares(row) == (1, 1, 0, 0, 0, 0)


def test_a_code_with_8p_says_not_done(tables: Tables, qpp: Qpp) -> None:
    """113: 3017F is met, 3017F with 8P is not met and not both; the best answer of the year counts."""
    assert shares(counts(made(tables, qpp, [visit("3017F-8P")], "113"), "113")) == (1, 0, 1, 0, 0, 0)
    both = made(tables, qpp, [visit("3017F"), visit("3017F-8P", day=JUNE)], "113")
    assert shares(counts(both, "113")) == (1, 1, 0, 0, 0, 0)


def test_the_best_answer_of_an_inverse_measure_is_not_met(tables: Tables, qpp: Qpp) -> None:
    """001 counts poor control as met: of two answers on a day the other one is taken."""
    row = counts(made(tables, qpp, [visit("M1211", "M1371")], "001", "E119"), "001")
    assert shares(row) == (1, 0, 1, 0, 0, 0) and row["is_inverse"]


def test_each_day_of_pathology_counts_and_telehealth_does_not(tables: Tables, qpp: Qpp) -> None:
    """249: two days are two cases; GQ, or place 02, is no case."""
    biopsy: dict[str, Any] = {"hcpcs_code": "88305"}
    lines = [
        visit("3126F", **biopsy),
        visit(day=JUNE, **biopsy),
        visit(day=JULY, hcpcs_code="88305", hcpcs_modifier_2="GQ"),
        visit(day=date(2025, 8, 8), hcpcs_code="88305", place_of_service_code="02"),
    ]
    row = counts(made(tables, qpp, lines, "249", "K2270"), "249")
    assert shares(row) == (2, 1, 0, 0, 0, 1) and (row["counted"], row["patients"]) == ("day", 1)
    one_day = counts(made(tables, qpp, [visit(**biopsy), visit("3126F", **biopsy)], "249", "K2270"), "249")
    assert shares(one_day) == (1, 1, 0, 0, 0, 0)


def test_only_tobacco_users_are_asked_about_help(tables: Tables, qpp: Qpp) -> None:
    """226: patient 1 uses tobacco and was helped, patient 2 does not: screened both, helped of one."""
    found = made(tables, qpp, [visit("G9902", "G9906"), visit("G9903", person=2)], "226")
    assert shares(counts(found, "226", stratum="reporting")) == (2, 2, 0, 0, 0, 0)
    assert shares(counts(found, "226", stratum="performance")) == (1, 1, 0, 0, 0, 0)
    assert shares(counts(found, "226", stratum="combinedPopulations")) == (2, 0, 0, 0, 0, 2)


def test_a_group_counts_a_patient_of_two_clinicians_once(tables: Tables, qpp: Qpp) -> None:
    """N1 is told nothing; N2 is told of a controlled pressure: the practice has one patient, met."""
    found = made(tables, qpp, [visit(), visit("G8752", "G8754", npi="N2")])
    assert shares(counts(found)) == (1, 0, 0, 0, 0, 1)
    assert shares(counts(found, npi="")) == (1, 1, 0, 0, 0, 0)
    group = next(one for one in found.make("mips.claims_measure_patient") if one["npi"] == "")
    assert group["answering_npi"] == "N2"


def test_a_year_without_codes_takes_the_newest_ones_and_says_so(tables: Tables, qpp: Qpp) -> None:
    """The codes are of 2025; the performance year of the bench is 2027."""
    found = made(tables, qpp, [visit("G8752", "G8754", day=date(2027, 5, 5))])
    row = next(one for one in found.make("mips.claims_measure") if one["measure_id"] == "236")
    assert (row["performance_year"], row["code_year"], row["met"], row["is_proxy"]) == (2027, 2025, 1, True)
    assert row["basis"].startswith("proxy: codes of 2025")


def test_without_codes_there_is_nothing(tables: Tables) -> None:
    found = made(tables, None, [visit("G8752", "G8754")])
    assert found.make("mips.claims_measure") == []


def test_ways_into_a_denominator_are_kept_apart(tables: Tables, qpp: Qpp) -> None:
    """Two ways of one criterion, by hand: 99213 with I10 from 65 years on, 99214 with E119 below."""
    found = made(tables, qpp, [visit(), visit(hcpcs_code="99214", person=2)])
    base = {"year": 2025, "measure_id": "901", "option": "00", "criterion": 0, "coding_system": "C4"}
    ways = [("99213", "I10", {"age_least": 65}), ("99214", "E119", {"age_most": 64})]
    rows = [
        base | age | {"choice": choice, "element": element, "code": code}
        for choice, (encounter, diagnosis, age) in enumerate(ways)
        for element, code in (("encounter", encounter), ("diagnosis", diagnosis))
    ]
    by_hand(tables, rows)
    for step in STEPS:
        tables.make(f"mips.{step}")
    # both have I10: 65 with 99213 is in; 55 with 99214 would need E119
    row = counts(found, "901")
    assert shares(row) == (1, 0, 0, 0, 0, 1) and row["is_proxy"]
    assert row["basis"].startswith("proxy: how the measure counts is not known")


def test_what_must_be_there_besides(tables: Tables, qpp: Qpp) -> None:
    """By hand: a second service is there for one patient, a second diagnosis for none."""
    base = {
        "year": 2025,
        "measure_id": "902",
        "option": "00",
        "criterion": 0,
        "choice": 0,
        "coding_system": "C4",
    }
    asked = {"encounter": "99213", "diagnosis": "I10", "additional_encounter": "93000"}
    for more, eligible in (({}, True), ({"additional_diagnosis": "E119"}, False)):
        made(tables, qpp, [visit("93000"), visit(person=2)])
        rows = [base | {"element": element, "code": code} for element, code in (asked | more).items()]
        by_hand(tables, rows)
        for step in STEPS:
            tables.make(f"mips.{step}")
        found = [one["person_id"] for one in tables.make("mips.claims_event")]
        assert found == ([1] if eligible else [])


def test_measures_of_another_year_and_none_at_all(tables: Tables, qpp: Qpp) -> None:
    """001 is inverse also where the measures installed are of 2026; without any, that is not known."""
    line = visit("M1211", "M1371")
    made(tables, qpp, [line], "001", "E119")
    _held.clear()
    columns = catalogue()["qpp_measure"].columns
    for years, status, proxy in (([2026], "not_met", False), ([], "met", True)):
        rows = [vars(qpp.measures["001"]) | {"year": year} for year in years]
        tables.give("reference.qpp_measure", columns, [[row.get(one) for one in columns] for row in rows])
        for step in STEPS:
            tables.make(f"mips.{step}")
        row = counts(tables, "001")
        assert (row[status], row["is_proxy"], row["is_inverse"]) == (1, proxy, not proxy)
