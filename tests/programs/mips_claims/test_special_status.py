"""Special statuses from claims: places of service, encounters, size, ZIP, and what stays open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.measures.bench_tables import Row, Tables
from tests.programs.mips_claims.bench import ROSTER, SCORE, ZIP, bench, claims, loaded, many

ALL_LOADED = {"qp.loaded_claims_are_all": True}
MADE = (
    "qp.service", "mips.segment", "mips.place_visit", "mips.place_service", "mips.facility_hospital",
    "mips.clinician_status",
)  # fmt: skip
STATUSES = ("small", "rural", "hpsa", "non_patient_facing", "hospital_based", "asc_based", "facility_based")


def judged(
    lines: Sequence[dict[str, Any]],
    roster: Sequence[Sequence[Any]] = (),
    zips: Sequence[Sequence[Any]] = (),
    overrides: dict[str, Any] | None = None,
    scores: Sequence[Sequence[Any]] = (),
) -> Tables:
    tables = bench(overrides)
    claims(tables, lines)
    loaded(tables)
    tables.give("asm.roster", ROSTER, roster)
    tables.give("reference.practice_zip", ZIP, zips)
    tables.give("reference.hospital_purchasing_score", SCORE, scores)
    for name in MADE:
        tables.make(name)
    tables.make("mips.special_status")
    return tables


def row(tables: Tables, npi: str = "N1", year: int = 2025, segment: int = 2) -> Row:
    return next(
        one
        for one in tables.make("mips.special_status")
        if (one["performance_year"], one["npi"], one["segment"]) == (year, npi, segment)
    )


def test_the_segments_of_a_year() -> None:
    """Segment 1 of 2026 is October 2024 to September 2025; segment 2 ends after the loaded claims."""
    tables = judged([{}])
    found = {(one["performance_year"], one["segment"]): one for one in tables.make("mips.segment")}
    assert (found[2026, 1]["first_month"], found[2026, 1]["last_month"]) == (202410, 202509)
    assert (found[2026, 1]["is_whole"], found[2026, 2]["is_whole"]) == (True, False)
    assert (found[2025, 1]["is_latest"], found[2025, 2]["is_latest"]) == (False, True)
    # a service of 1 March 2025 is in the second segment of 2025 and the first of 2026
    made = {(one["performance_year"], one["segment"]) for one in tables.make("mips.special_status")}
    assert made == {(2025, 2), (2026, 1)}


def test_three_of_four_services_at_a_hospital_are_enough() -> None:
    """3 of 4 = 0.75 reaches the share; 2 of 3 = 0.67 does not."""
    place = "place_of_service_code"
    enough = row(judged([*many(3, **{place: "22"}), {place: "11"}]))
    assert (enough["hospital_based"], enough["hospital_based_count"], enough["hospital_based_share"]) == (
        True, 3, 0.75,
    )  # fmt: skip
    fewer = row(judged([*many(2, **{place: "19"}), {place: "11"}]))
    assert (fewer["hospital_based"], fewer["hospital_based_count"]) == (False, 2)


def test_facility_based_needs_a_service_in_the_hospital_itself_and_stays_open() -> None:
    """Outpatient alone (22) refutes it; with one inpatient service (21) only the hospital's score is missing.
    Off-campus (19) counts for hospital-based, not for facility-based."""
    place = "place_of_service_code"
    assert row(judged(many(4, **{place: "22"})))["facility_based"] is False
    found = row(judged([*many(3, **{place: "22"}), {place: "21"}]))
    assert (found["facility_based"], found["facility_based_count"], found["facility_based_share"]) == (
        None, 4, 1.0,
    )  # fmt: skip
    assert "facility-based open" in found["basis"]
    off = row(judged(many(4, **{place: "19"})))
    assert (off["hospital_based"], off["facility_based"], off["facility_based_count"]) == (True, False, 0)


def test_ambulatory_surgery() -> None:
    found = row(judged([*many(3, place_of_service_code="24"), {}]))
    assert (found["asc_based"], found["hospital_based"]) == (True, False)


def test_few_encounters_are_not_patient_facing_only_where_all_claims_are_loaded() -> None:
    """The most is 100, here set to 3: 4 refute it however little is loaded. A second service to a person on a
    day is the same encounter; an image is none."""
    assert bench().force.scalar("mips.patient_facing_maximum") == 100
    most = {"mips.patient_facing_maximum": 3}
    three = [*many(3), {"person_id": 1}, *many(2, hcpcs_code="71046")]
    assert row(judged(three, overrides=most))["non_patient_facing"] is None
    found = row(judged(three, overrides=most | ALL_LOADED))
    assert (found["non_patient_facing"], found["non_patient_facing_count"]) == (True, 3)
    assert row(judged(many(4), overrides=most))["non_patient_facing"] is False


def test_the_size_of_a_practice() -> None:
    """15 clinicians are a small practice, 16 are not; a roster that says more than was seen counts."""
    seen = [{"rendering_npi": f"N{n}"} for n in range(1, 16)]
    found = row(judged(seen), npi="")
    assert (found["small"], found["small_count"], found["counted"]) == (True, 15, "clinicians")
    assert "size by the clinicians seen" in found["basis"]
    assert row(judged([*seen, {"rendering_npi": "N16"}]), npi="")["small"] is False
    listed = row(judged([{}], roster=[("T1", "N1", "08", None, 40, "roster")]))
    assert (listed["small"], listed["small_count"]) == (False, 40)


def test_more_than_three_quarters_of_the_clinicians_give_the_practice_its_status() -> None:
    """3 of 4 = 0.75 is not more than 0.75; 4 of 5 is. Facility-based asks to reach 0.75, and is open."""
    place = "place_of_service_code"

    def practice(hospital: int, office: int) -> Row:
        return row(
            judged(
                [{"rendering_npi": f"H{n}", place: "21"} for n in range(hospital)]
                + [{"rendering_npi": f"O{n}"} for n in range(office)]
            ),
            npi="",
        )

    three = practice(3, 1)
    assert (three["hospital_based"], three["hospital_based_count"], three["hospital_based_share"]) == (
        False, 3, 0.75,
    )  # fmt: skip
    assert three["facility_based"] is None
    assert practice(4, 1)["hospital_based"] is True
    assert practice(1, 3)["facility_based"] is False


def test_rural_and_shortage_areas_by_zip() -> None:
    """A ZIP+4 begins with its ZIP; a ZIP that the list does not name is neither; without one it is open."""
    zips = [("2026", "03103", True, False), ("2026", "03104", False, True)]
    roster = [("T1", "N1", "08", "031031234", 2, "roster"), ("T1", "N2", "08", "99999", 2, "roster")]
    tables = judged([{}, {"rendering_npi": "N2"}, {"rendering_npi": "N3"}], roster, zips)
    assert [row(tables, npi)["rural"] for npi in ("N1", "N2", "N3")] == [True, False, None]
    assert row(tables, "N1")["hpsa"] is False
    # one of three is rural, one is open: at most two thirds
    assert row(tables, "")["rural"] is False
    assert row(judged([{}]))["rural"] is None
    open_practice = row(judged([{}]), "")
    assert (open_practice["rural"], open_practice["rural_count"], open_practice["rural_share"]) == (None,) * 3


def test_a_status_of_either_segment_stands() -> None:
    """Hospital-based from October 2023 to September 2024, not after: held for 2025."""
    tables = judged([{"day": date(2024, 3, 1), "place_of_service_code": "21"}, {"day": date(2025, 3, 1)}])
    held = {(one["performance_year"], one["npi"]): one for one in tables.make("mips.status_held")}
    one = held[2025, "N1"]
    assert (one["segments"], one["hospital_based"], one["small"]) == (2, True, True)
    # non-patient facing is open in both
    assert one["non_patient_facing"] is None
    latest = bench({"mips.special_status_segment": "latest"})
    columns = tables.con.execute("select * from mips.special_status").fetchall()
    types = {name: kind for name, kind, *_ in tables.con.execute("describe mips.special_status").fetchall()}
    latest.give("mips.special_status", types, columns)
    found = {(one["performance_year"], one["npi"]): one for one in latest.make("mips.status_held")}
    assert (found[2025, "N1"]["segments"], found[2025, "N1"]["hospital_based"]) == (1, False)


def test_every_status_is_a_column() -> None:
    found = row(judged([{}]))
    for status in STATUSES:
        assert {status, f"{status}_count", f"{status}_share"} <= set(found)


def hospital(ccn: str, person: int, day: date = date(2025, 3, 1)) -> dict[str, Any]:
    """A stay in a hospital that holds the day."""
    return {
        "claim_type_code": "60", "claim_type": "institutional", "person_id": person, "day": day,
        "facility_ccn": ccn, "rendering_npi": None, "rendering_tin": None,
        "hcpcs_code": None, "place_of_service_code": None,
    }  # fmt: skip


def test_facility_based_with_the_hospitals_scores_of_the_year() -> None:
    """N1 saw people 1 and 2 in hospital 300001 and 3 in 300002; of the scores 20, 40 and 60 of fiscal year
    2026, the year after 2025, 40 is above one of two others: percentile 50. N2's hospital has no score."""
    inside = {"place_of_service_code": "21"}
    lines: list[Row] = [
        *({"person_id": n, **inside} for n in (1, 2, 3)),
        {"person_id": 3, "rendering_npi": "N2", **inside},
        hospital("300001", 1), hospital("300001", 2), hospital("300002", 3),
    ]  # fmt: skip
    scores = [
        ("2026", 2026, "300001", 40.0), ("2026", 2026, "300003", 20.0), ("2026", 2026, "300004", 60.0),
        ("2025", 2025, "300002", 90.0),
    ]  # fmt: skip
    tables = judged(lines, scores=scores)
    assert [row(tables, npi)["facility_based"] for npi in ("N1", "N2")] == [True, False]
    # one of two clinicians is half, and 75 percent are needed
    assert row(tables, "")["facility_based"] is False
    found = {one["npi"]: one for one in tables.make("mips.facility_score") if one["performance_year"] == 2025}
    assert list(found) == ["N1"]
    assert (found["N1"]["facility_ccn"], found["N1"]["beneficiaries"]) == ("300001", 2)
    assert (found["N1"]["total_performance_score"], found["N1"]["percentile"]) == (40.0, 50.0)
    # the scores of fiscal year 2027 are not installed: open for 2026
    assert row(tables, "N1", 2026, 1)["facility_based"] is None


def test_the_hospital_of_a_practice_is_that_of_most_of_its_facility_based_clinicians() -> None:
    inside = {"place_of_service_code": "21"}
    lines: list[Row] = [{"person_id": n, "rendering_npi": f"N{n}", **inside} for n in (1, 2, 3)]
    lines += [hospital("300002", 1), hospital("300001", 2), hospital("300001", 3)]
    scores = [("2026", 2026, "300001", 40.0), ("2026", 2026, "300002", 20.0)]
    tables = judged(lines, scores=scores)
    found = {one["npi"]: one for one in tables.make("mips.facility_score")}
    assert (found[""]["facility_ccn"], found[""]["clinicians"], found[""]["percentile"]) == (
        "300001",
        2,
        100.0,
    )
