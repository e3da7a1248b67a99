"""The tables beneath the audits, and the two doors to them: a run and a file see the same."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

from corridor.jobs import audits
from corridor.jobs.context import open_context
from tests.billing.audit_bench import LINE, PROGRAMS, STEPS, line, read_cases, shown
from tests.measures.bench_tables import Tables

TEXT = ("source_id", "claim_id", "claim_type", "claim_type_code", "hcpcs_code", "place_of_service_code")
TEXT += tuple(f"hcpcs_modifier_{n}" for n in range(1, 6))
TEXT += ("line_diagnosis_code", "rendering_npi", "billing_npi", "rendering_tin", "billing_tin")
DAYS = ("claim_line_start_date", "claim_start_date", "claim_end_date", "discharge_date")
MONEY = ("allowed_amount", "paid_amount", "deductible_amount", "coinsurance_amount")
CLAIM = dict.fromkeys(TEXT, "VARCHAR") | dict.fromkeys(DAYS, "DATE")
CLAIM |= dict.fromkeys(MONEY, "DECIMAL(18,2)") | {"service_unit_quantity": "DECIMAL(18,4)"}
CLAIM |= {"claim_line_number": "INTEGER", "person_id": "BIGINT", "service_month": "INTEGER"}


def claims(*rows: dict[str, Any]) -> Tables:
    plain = {"source_id": "s", "claim_line_number": 1, "person_id": 1, "claim_type": "professional"}
    plain |= {"claim_type_code": "71", "hcpcs_code": "99213", "claim_end_date": date(2026, 3, 4)}
    plain |= {"service_month": 202603, "rendering_npi": "A", "billing_tin": "T", "allowed_amount": 100}
    tables = Tables(PROGRAMS)
    given = [[{**plain, **row}.get(name) for name in CLAIM] for row in rows]
    tables.give("claims.medical_claim", CLAIM, given)
    return tables


def test_lines_of_professional_claims_that_were_paid_for() -> None:
    rows = claims(
        {"claim_id": "a", "hcpcs_modifier_1": "25", "hcpcs_modifier_2": "GT"},
        {"claim_id": "b", "claim_type_code": "40", "claim_type": "institutional"},
        {"claim_id": "c", "claim_type_code": "81", "claim_type": "dme"},
        {"claim_id": "d", "allowed_amount": 0, "paid_amount": 0},
        # no allowed amount: paid, deductible and coinsurance make it
        {
            "claim_id": "e",
            "allowed_amount": None,
            "paid_amount": 60,
            "deductible_amount": 5,
            "coinsurance_amount": 15,
        },
        {
            "claim_id": "f",
            "rendering_npi": None,
            "billing_npi": "G",
            "claim_line_start_date": date(2026, 2, 27),
        },
        {"claim_id": "g", "claim_type_code": None},
    ).make("billing.audit_line")
    assert [row["claim_id"] for row in rows] == ["a", "e", "f", "g"]
    assert rows[0]["modifiers"] == " 25 GT "
    assert rows[1]["allowed_amount"] == 80
    assert (rows[2]["npi"], rows[2]["tin"], rows[2]["month"]) == ("G", "T", 202602)


def test_days_of_discharge() -> None:
    rows = claims(
        {"claim_id": "a", "claim_type_code": "60", "discharge_date": date(2026, 3, 1)},
        {"claim_id": "b", "claim_type_code": "60", "discharge_date": date(2026, 3, 1)},
        {"claim_id": "c", "claim_type_code": "40", "discharge_date": date(2026, 3, 2)},
        {"claim_id": "d", "claim_type_code": "20", "discharge_date": date(9999, 12, 31)},
    ).make("billing.discharge")
    assert [row["discharge_date"] for row in rows] == [date(2026, 3, 1)]


def test_the_first_day_of_part_b_is_stated_or_seen_to_begin() -> None:
    tables = Tables(PROGRAMS)
    columns = {
        "person_id": "BIGINT",
        "enrollment_start_date": "DATE",
        "birth_date": "DATE",
        "part_b": "BOOLEAN",
    }
    born, start = date(1960, 5, 5), date(2025, 5, 1)
    tables.give(
        "claims.eligibility",
        columns | {"enrollment_basis": "VARCHAR"},
        [
            (1, start, born, True, "current_status_carried_back"),
            (2, start, born, True, "monthly"),  # the first month of a file is no beginning
            (3, date(2025, 1, 1), born, False, "monthly"),
            (3, start, born, True, "monthly"),
            (4, born, born, True, "current_status_carried_back"),  # no day known: the day of birth stands in
        ],
    )
    rows = tables.make("billing.part_b_start")
    assert [(row["person_id"], row["start_date"]) for row in rows] == [(1, start), (3, start)]


def test_a_bundled_service_of_another_practice_is_listed_as_allowed() -> None:
    given = [
        {"date": date(2026, 6, 3), "code": "G0557"},
        {"date": date(2026, 6, 20), "code": "99490", "npi": "C"},
        {"date": date(2026, 6, 20), "code": "99490", "npi": "B"},
    ]
    tables = Tables(PROGRAMS)
    tables.give("billing.audit_line", LINE, [line(i, one) for i, one in enumerate(given, 1)])
    tables.make("billing.duplicate_pair")
    tables.make("billing.apcm_line")
    (row,) = tables.make("billing.conflict_allowed")
    assert (row["claim_id"], row["apcm_claim_id"], row["family"]) == ("C2", "C1", "ccm")


HEAD = (
    "claim_id",
    "line",
    "patient_id",
    "date",
    "code",
    "modifiers",
    "pos",
    "npi",
    "tin",
    "amount",
    "diagnosis",
    "units",
)


def test_a_file_of_drafts_is_found_to_hold_what_a_run_would_find(tmp_path: Path) -> None:
    """Every case that needs nothing but its lines, all in one file, each a patient of its own."""
    rows, expected = [HEAD], []
    needs = {"discharges", "focal", "groups", "listed", "part_b"}
    for audit in STEPS:
        for number, case in enumerate(read_cases(audit)):
            if needs & set(case) or any(one.get("allowed") or one.get("source") for one in case["lines"]):
                continue
            name = f"{audit}_{number}"
            for place, one in enumerate(case["lines"], 1):
                cells = dict(zip(LINE, line(place, one), strict=True))
                rows.append(
                    (
                        f"{name}-{cells['claim_id']}",
                        cells["claim_line_number"],
                        f"{name}-{cells['person_id']}",
                        cells["service_date"],
                        cells["hcpcs_code"],
                        cells["modifiers"].strip(),
                        cells["place_of_service_code"],
                        cells["npi"],
                        cells["tin"],
                        100,
                        cells["line_diagnosis_code"] or "",
                        cells["units"],
                    )
                )
            expected += [_named(text, name) for text in case["expect"]]
    path = tmp_path / "drafts.csv"
    with path.open("w", newline="", encoding="utf-8") as sink:
        csv.writer(sink).writerows(rows)
    context = open_context(home=tmp_path / "home")
    answer = audits.from_file(audits.spec_of("all"), path, context)
    found = [text for text in shown(answer.rows) if _audit_of(text)]
    assert len(expected) > 30
    assert found == sorted(expected)


def _named(text: str, name: str) -> str:
    return " ".join(f"{name}-{word}" if word[0] == "C" and "." in word else word for word in text.split(" "))


def _audit_of(text: str) -> bool:
    """Whether a finding is of the audit its case is of; other audits may say something of the line too."""
    kind, where = text.split(" ")[:2]
    audit = where.split("_")[0]
    starts = {"conflict": ("apcm", "addon", "tcm", "remote", "ccm", "monthly"), "g2211": ("g2211",)}
    starts |= {
        "wellness": ("wellness", "assessment"),
        "telehealth": ("telehealth",),
        "duplicate": ("duplicate",),
    }
    return kind.startswith(starts[audit])
