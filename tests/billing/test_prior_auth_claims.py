"""WISeR over claims: state, exclusions, companion, indication; and the doors for files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from corridor.billing.prior_auth import Order, OrderChecker
from corridor.errors import CorridorError
from corridor.jobs.audits import AUDITS, sums_by
from corridor.jobs.context import open_context
from corridor.jobs.prior_auth import orders_from_file, requests_from_file
from corridor.law import load_rules
from tests.claims.canonical import CANONICAL
from tests.measures.bench_tables import Row, Tables

SPEC = AUDITS["prior-auth"]
DAY = date(2026, 3, 1)
BASE: dict[str, Any] = {
    "source_id": "s1", "claim_line_number": 1, "claim_type_code": "71", "person_id": 1,
    "claim_end_date": DAY, "claim_line_start_date": DAY, "hcpcs_code": "22554", "rendering_npi": "N1",
    "rendering_tin": "T1", "provider_state_code": "48", "place_of_service_code": "22",
    "allowed_amount": 100, "paid_amount": 80,
}  # fmt: skip


def lines_of(*claims: Mapping[str, Any], diagnoses: tuple[tuple[str, str], ...] = ()) -> Tables:
    tables = Tables(["claims", "wiser"])
    columns = CANONICAL["medical_claim"]
    tables.give(
        "claims.medical_claim",
        columns,
        [
            [{**BASE, "claim_id": f"C{place}", **claim}.get(name) for name in columns]
            for place, claim in enumerate(claims, 1)
        ],
    )
    columns = CANONICAL["claim_diagnosis"]
    given = [{"source_id": "s1", "claim_id": claim, "diagnosis_code": code} for claim, code in diagnoses]
    tables.give("claims.claim_diagnosis", columns, [[row.get(name) for name in columns] for row in given])
    tables.give("claims.person", {"person_id": "BIGINT", "state_code": "VARCHAR"}, [(1, "39"), (2, "36")])
    return tables


def results(*claims: Mapping[str, Any], diagnoses: tuple[tuple[str, str], ...] = ()) -> list[Row]:
    return lines_of(*claims, diagnoses=diagnoses).make("billing.prior_auth_line")


def result(**claim: Any) -> str:
    return str(results(claim)[0]["result"])


def test_a_line_in_the_model() -> None:
    found = results({})[0]
    assert (found["result"], found["state"], found["state_basis"]) == ("PA_RECOMMENDED", "TX", "provider")
    assert found["reviewed_by"] == "Cohere Health"


def test_where_the_state_is_read() -> None:
    home = {"provider_state_code": None}
    assert result(provider_state_code="36") == "NOT_IN_MODEL"  # New York, wherever the patient lives
    assert results({**home, "facility_ccn": "360001"})[0]["state"] == "OH"
    assert results({**home, "facility_ccn": "330001"})[0]["result"] == "NOT_IN_MODEL"
    assert results(home)[0]["state_basis"] == "residence" and results(home)[0]["state"] == "OH"
    assert result(**home, person_id=2) == "NOT_IN_MODEL"


def test_what_is_excluded() -> None:
    assert result(place_of_service_code="21") == "EXCLUDED"
    assert result(hcpcs_modifier_2="ET") == "EXCLUDED"
    facility = {"claim_type_code": "40", "place_of_service_code": None, "claim_id": "C9"}
    emergency = {**facility, "claim_line_number": 2, "hcpcs_code": "99283", "revenue_center_code": "0450"}
    assert [row["result"] for row in results(facility, emergency)] == ["EXCLUDED"]
    assert results({"claim_type_code": "60"}) == []


def test_a_state_that_nothing_tells_is_reviewed() -> None:
    """Person 3 lives nobody knows where, and the claim has no provider's state or CCN: never a silent no."""
    nowhere = {"provider_state_code": None, "person_id": 3}
    found = results(nowhere)[0]
    assert (found["result"], found["state"], found["state_basis"]) == ("NEEDS_REVIEW", None, "unknown")
    # reviewed under a local determination, and no contractor is known: review, not "likely out"
    assert result(**nowhere, hcpcs_code="15275") == "NEEDS_REVIEW"
    # what is out in every state stays out
    assert result(**nowhere, place_of_service_code="23") == "EXCLUDED"
    assert result(**nowhere, hcpcs_code="61867") == "POSTPONED"
    assert result(**nowhere, claim_line_start_date=date(2026, 1, 14)) == "NOT_ACTIVE"
    tables = lines_of(nowhere)
    tables.make("billing.prior_auth_line")
    assert [row["certainty"] for row in tables.make("billing.audit_prior_auth")] == ["review"]
    assert [row["state"] for row in tables.make("billing.prior_auth_exposure")] == ["unknown"]


def test_medicare_that_pays_second_is_original_medicare() -> None:
    assert result(primary_payer_code="A") == "NEEDS_REVIEW"
    assert result(primary_payer_code="A", provider_state_code="36") == "NOT_IN_MODEL"
    assert result(primary_payer_code="A", hcpcs_code="15275", provider_state_code="04") == "LIKELY_OUT"


def test_days() -> None:
    early = {"claim_line_start_date": date(2026, 1, 14)}
    found = results(early)[0]
    assert (found["result"], found["result_when_active"]) == ("NOT_ACTIVE", "PA_RECOMMENDED")
    assert result(hcpcs_code="C8007", claim_line_start_date=date(2026, 4, 5)) == "NOT_ACTIVE"
    assert result(hcpcs_code="C8007", claim_line_start_date=date(2026, 4, 6)) == "PA_RECOMMENDED"
    assert result(hcpcs_code="61867") == "POSTPONED"


def test_conditions() -> None:
    alone = {"hcpcs_code": "64561"}
    with_implant = {"hcpcs_code": "64590", "claim_id": "C8"}
    assert result(**alone) == "NOT_APPLICABLE"
    assert [row["result"] for row in results(alone, with_implant)] == ["NEEDS_REVIEW"]
    other_day = {**with_implant, "claim_line_start_date": date(2026, 3, 2)}
    assert [row["result"] for row in results(alone, other_day)] == ["NOT_APPLICABLE"]
    vagus = {"hcpcs_code": "64568"}
    assert results(vagus, diagnoses=(("C1", "G4733"),))[0]["result"] == "NOT_APPLICABLE"
    assert results(vagus, diagnoses=(("C1", "G40909"),))[0]["result"] == "NEEDS_REVIEW"
    assert result(hcpcs_code="15275", provider_state_code="04") == "LIKELY_OUT"
    assert result(hcpcs_code="0275T") == "NEEDS_REVIEW"


def test_findings_and_exposure() -> None:
    tables = lines_of(
        {},
        {"claim_type_code": "40", "allowed_amount": 900, "paid_amount": 700, "rendering_tin": None},
        {"claim_line_start_date": date(2025, 3, 1)},
        {"provider_state_code": None, "person_id": 1, "claim_line_start_date": date(2026, 5, 1)},
    )
    tables.make("billing.prior_auth_line")
    found = tables.make("billing.audit_prior_auth")
    # the line of 2025 is before the model; the professional's and the facility's line of 1 March both stand
    assert [(row["claim_id"], row["dollars"], row["certainty"]) for row in found] == [
        ("C1", 100, "sure"), ("C2", 900, "sure"), ("C4", 100, "review"),
    ]  # fmt: skip
    assert {row["direction"] for row in found} == {"at_risk"}
    exposure = tables.make("billing.prior_auth_exposure")
    assert [(row["state"], row["service_year"], row["is_active"], row["dollars"]) for row in exposure] == [
        ("OH", 2026, True, 100), ("TX", 2025, False, 100), ("TX", 2026, True, 100), ("TX", 2026, True, 900),
    ]  # fmt: skip


# -- files -----------------------------------------------------------------------------------------


def write(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "given.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_file_of_orders(tmp_path: Path, warehouse_home: Path) -> None:
    path = write(
        tmp_path,
        "order_id,service_date,state,setting,hcpcs_codes,payer,expected_dollars,utn,affirmation_date,affirmed_codes",
        "a,2026-03-01,TX,hopd,64483 64484,original medicare,800,U1,2026-02-01,64483",
        "b,2026-03-01,NY,hopd,64483,original medicare,800,,,",
    )
    answer = orders_from_file(path, open_context())
    found = [(row["order_id"], row["hcpcs_code"], row["result"], row["bill_check"]) for row in answer.rows]
    assert found == [
        ("a", "64483", "PA_RECOMMENDED", "ready"),
        ("a", "64484", "PA_RECOMMENDED", "other_code"),
        ("b", "64483", "NOT_IN_MODEL", None),
    ]
    assert [row["dollars"] for row in answer.rows] == [800, 0, 0]  # the order once, none where nothing hangs
    assert any("not a coverage decision" in text for text in answer.warnings)


@pytest.mark.parametrize(
    ("code", "header", "row"),
    [
        ("PRIOR-AUTH-CODE", "service_date,state,setting,hcpcs_codes,payer", "2026-03-01,TX,hopd,6448,ma"),
        ("FORM-ROW", "service_date,state,setting,hcpcs_codes,payer", "2026-03-01,TX,barn,64483,ma"),
        ("FORM-EMPTY", "service_date,state,setting,hcpcs_codes,payer", ""),
    ],
)
def test_orders_that_cannot_be_read(
    code: str, header: str, row: str, tmp_path: Path, warehouse_home: Path
) -> None:
    with pytest.raises(CorridorError) as error:
        orders_from_file(write(tmp_path, header, row), open_context())
    assert error.value.code == code


REQUESTS = "request_id,received_at,hcpcs_code,decision,decided_at"


def test_a_file_of_requests(tmp_path: Path, warehouse_home: Path) -> None:
    path = write(tmp_path, REQUESTS, "1,2026-02-01T09:30-06:00,64483,affirmed,2026-02-03T16:00-06:00")
    answer = requests_from_file(path, open_context(), datetime(2026, 3, 1, tzinfo=UTC))
    assert [(row["kind"], row["status"], row["hours"]) for row in answer.rows] == [
        ("request_affirmed", "valid", 54.5)
    ]
    assert any("no claim is linked" in text for text in answer.warnings)


@pytest.mark.parametrize(
    ("code", "row"),
    [
        ("PRIOR-AUTH-TIME", "1,2026-02-01T09:30,64483,,"),
        ("PRIOR-AUTH-TIME", "1,yesterday,64483,,"),
        ("PRIOR-AUTH-ORDER", "1,2026-02-01T09:30Z,64483,affirmed,2026-02-01T09:29Z"),
        ("PRIOR-AUTH-TWICE", "1,2026-02-01T09:30Z,64483,,\n1,2026-02-01T09:30Z,64483,,"),
    ],
)
def test_requests_that_cannot_be_read(code: str, row: str, tmp_path: Path, warehouse_home: Path) -> None:
    with pytest.raises(CorridorError) as error:
        requests_from_file(write(tmp_path, REQUESTS, row), open_context())
    assert error.value.code == code


def test_findings_are_summed_by_state_and_code() -> None:
    tables = lines_of({}, {"allowed_amount": 50}, {"provider_state_code": "39", "hcpcs_code": "64483"})
    tables.make("billing.prior_auth_line")
    rows = tables.make("billing.audit_prior_auth")
    found = [(one["by"], one["value"], one["findings"], one["dollars"]) for one in sums_by(rows, SPEC.sums)]
    assert found == [
        ("state", "TX", 2, 150), ("state", "OH", 1, 100), ("hcpcs_code", "22554", 2, 150),
        ("hcpcs_code", "64483", 1, 100),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["AZ", "NJ", "OH", "OK", "TX", "WA", "NY"])
def test_claims_and_orders_are_judged_alike(state: str) -> None:
    """Every code of the list in every state: the step over claims answers as the order checker does.

    A claim never tells an indication; a diagnosis is always given.
    """
    force = load_rules(["wiser"]).in_force(2027)
    fips = {row["state"]: row["state_code"] for row in force.rows("wiser.state")} | {"NY": "36"}
    codes = [row["hcpcs_code"] for row in force.rows("wiser.service")] + ["0275T"]
    day = date(2026, 4, 1)
    claims = [
        {"hcpcs_code": code, "provider_state_code": fips[state], "claim_line_start_date": day}
        for code in codes
    ]
    made = results(*claims, diagnoses=tuple((f"C{n + 1}", "M5416") for n in range(len(codes))))
    checker = OrderChecker(force)
    wanted = {
        code: checker.check(Order(day, state, "hopd", (code,), diagnoses=("M5416",)))[0].result
        for code in codes
    }
    assert {row["hcpcs_code"]: row["result"] for row in made} == wanted
