"""The examples of the implementation guides: totals read off each file by eye."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.engine.files import sha256_of
from tests.sources.rif.running import all_text, load
from tests.sources.x12.running import Ask, one, run

# file -> charge of its claims (CLM02), and the service lines (SV1, SV2) that make it
CHARGES: dict[str, tuple[str, list[str]]] = {
    "demo.ambulance.example5.837": ("766.50", ["700.00", "8.20", "46.00", "12.30"]),
    "demo.autoaccident.837": ("185.00", ["150.00", "35.00"]),
    "demo.cob.2ndary.example4.837": ("145.50", ["145.50"]),
    "demo.cob.example3.A.837": ("79.04", ["43.00", "15.00", "21.04"]),
    "demo.cob.example3.B.837": ("79.04", ["43.00", "15.00", "21.04"]),
    "demo.cob.example3.C.837": ("79.04", ["43.00", "15.00", "21.04"]),
    "demo.cob.example4.837": ("120.00", ["120.00"]),
    "demo.drug.example10.1.837": ("103.37", ["50.00", "53.37"]),
    "demo.drug.example10.2.837": ("2232.93", ["1400.00", "682.50", "15.12", "67.69", "57.12", "10.50"]),
    "demo.drug.example10.3.837": ("2232.93", ["1400.00", "682.50", "15.12", "67.69", "57.12", "10.50"]),
    "demo.example1.837": ("100.00", ["40.00", "15.00", "35.00", "10.00"]),
    "demo.example11.837": ("28.75", ["25.00", "3.75"]),
    "demo.example12.837": ("252.71", ["252.71"]),
    "demo.example2.837": ("100.00", ["40.00", "15.00", "35.00", "10.00"]),
    "demo.example6.837": ("145.50", ["145.50"]),
    "demo.example7.837": ("520.24", ["461.10", "59.14"]),
    "demo.example8.837": ("75.00", ["75.00"]),
    "demo.example9.837": ("827.00", ["827.00"]),
    "institutional-claim.837i": ("89.93", ["13.39", "76.54"]),
    "out-of-network-repriced-claim.837i": ("14.84", ["14.84"]),
    "ppo-repriced-claim.837i": ("237.50", ["178.00", "59.50"]),
    # two claims: 89.95 and 50.00
    "two-claims-single-provider.837i": ("139.95", ["13.39", "76.56", "50.00"]),
}
# file -> claims paid (CLP04), provider adjustments (PLB), payment (BPR02): the payment is the claims less PLB
PAYMENTS: dict[str, tuple[list[str], str, str]] = {
    "cob-contractural-adjustment.835": (["34.00"], "0", "34.00"),
    "managed-care.835": (["450.00", "495.00"], "0", "945.00"),
    # 138,018.40 + 11,980.33 = 149,998.73; less -1.27 = 150,000.00
    "medicare-part-a.835": (["138018.40", "11980.33"], "-1.27", "150000.00"),
    "secondary-payment.835": (["912.00", "310.00"], "0", "1222.00"),
    "tertiary-payment.835": (["187.50"], "0", "187.50"),
}


@pytest.fixture(scope="module")
def folder(test_data: Path) -> Path:
    return test_data / "x12"


@pytest.fixture(scope="module")
def everything(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ask]:
    home = tmp_path_factory.mktemp("x12")
    load("x12", [folder], home)
    return home, run(home)


def of_file(folder: Path, name: str) -> str:
    """What the ids of a file's claims begin with."""
    (path,) = folder.rglob(name)
    return sha256_of(path)[:12]


def raw(home: Path, table: str, query: str) -> tuple[Any, ...]:
    """One row of a query over a raw table, called raw."""
    files = f"read_parquet('{home}/deliveries/*/raw/x12_raw.{table}/*.parquet')"
    found = duckdb.connect().execute(f"with raw as (select * from {files}) {query}").fetchone()
    assert found is not None
    return found


@pytest.mark.parametrize("name", CHARGES)
def test_charges_of_a_file(name: str, folder: Path, everything: tuple[Path, Ask]) -> None:
    stated, lines = CHARGES[name]
    assert sum(map(Decimal, lines)) == Decimal(stated)
    claims = 2 if name.startswith("two-claims") else 1
    where = f"where starts_with(submission_id, '{of_file(folder, name)}')"
    home = everything[0]
    assert raw(home, "claim", f"select count(*), sum(charge_amount) from raw {where}") == (
        claims,
        Decimal(stated),
    )
    assert raw(home, "claim_line", f"select count(*), sum(charge_amount) from raw {where}") == (
        len(lines),
        Decimal(stated),
    )


@pytest.mark.parametrize("name", PAYMENTS)
def test_payments_of_a_file(name: str, folder: Path, everything: tuple[Path, Ask]) -> None:
    paid, adjustment, payment = PAYMENTS[name]
    assert sum(map(Decimal, paid)) - Decimal(adjustment) == Decimal(payment)
    prefix = of_file(folder, name)
    assert raw(
        everything[0],
        "payment",
        "select payment_amount, claim_amount, provider_adjustment_amount, claims from raw "
        f"where starts_with(payment_id, '{prefix}')",
    ) == (Decimal(payment), sum(map(Decimal, paid)), Decimal(adjustment), len(paid))
    amounts = everything[1](
        f"select sum(paid_amount) as paid from x12.medical_claim where starts_with(claim_id, '{prefix}') "
        "group by claim_id order by 1 desc"
    )
    assert [row["paid"] for row in amounts] == sorted(map(Decimal, paid), reverse=True)


def test_claims_and_dollars_of_all_files(everything: tuple[Path, Ask]) -> None:
    """22 files of claims hold 23; one is the bytes of another, one is the same claim sent again (10.2,
    10.3), two go to the next payer (3.B, 3.C): 19 count. Their charges: the sum of all files, 8,554.77,
    less 145.50, less 2,232.93, less 79.04 twice, is 6,018.26. With 8 remittances that answer none of
    them: 27 claims.
    """
    files = sum(Decimal(stated) for stated, _ in CHARGES.values())
    assert files == Decimal("8554.77")
    counted = files - Decimal("145.50") - Decimal("2232.93") - 2 * Decimal("79.04")
    assert counted == Decimal("6018.26")
    paid = sum(Decimal(amount) for paid, _, _ in PAYMENTS.values() for amount in paid)
    assert paid == Decimal("152387.23")
    ask = everything[1]
    assert one(
        ask,
        "select count(distinct claim_id), sum(charge_amount), count(paid_amount) from x12.medical_claim "
        "where paid_amount is null",
    ) == (19, counted, 0)
    assert one(
        ask,
        "select count(distinct claim_id), sum(paid_amount) from x12.medical_claim "
        "where paid_amount is not null",
    ) == (8, paid)


def test_what_is_not_read_is_counted(folder: Path, tmp_path: Path) -> None:
    """10 files of 834, 4 of 276 and 4 of 277; one 837 is the bytes of another."""
    summary = load("x12", [folder], tmp_path)
    said = [why for _, why in summary.passed_over]
    assert [sum(kind in why for why in said) for kind in (" 834 ", " 276 ", " 277 ", "same bytes")] == [
        10,
        4,
        4,
        1,
    ]
    # 18 files of 837P less the doubled one, 4 files of 837I with 5 claims, 8 claims in five 835
    assert (summary.rows_in, summary.rows_kept) == (17 + 5 + 8, 30)
    assert not load("x12", [folder], tmp_path).deliveries[0].added


def test_a_claim_sent_on_to_the_next_payer_counts_once(everything: tuple[Path, Ask]) -> None:
    """3.A goes to the first payer, 3.B and 3.C to the second: 79.04 once, not three times."""
    ask = everything[1]
    sent = ask(
        "select outcome, count(*) as claims from x12.submission where group_id in "
        "(select group_id from x12.submission where outcome = 'later_payer') group by 1 order by 1"
    )
    assert {row["outcome"]: row["claims"] for row in sent} == {"final": 1, "later_payer": 1, "replaced": 1}


def test_codes_of_an_institutional_claim(everything: tuple[Path, Ask]) -> None:
    """Claim 756048Q of 1996: bill type 141, principal 3669, others 4019 and 79431 in that order."""
    ask = everything[1]
    rows = ask(
        "select d.diagnosis_code, d.diagnosis_code_type, c.bill_type_code, c.claim_type_code from "
        "x12.claim_diagnosis as d join (select distinct claim_id, bill_type_code, claim_type_code, "
        "service_month from x12.medical_claim) as c using (claim_id) where c.service_month = 199609 "
        "order by diagnosis_sequence"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("3669", "icd-9-cm", "141", "40"),
        ("4019", "icd-9-cm", "141", "40"),
        ("79431", "icd-9-cm", "141", "40"),
    ]


def test_a_repriced_claim_is_allowed_what_the_repricer_says(everything: tuple[Path, Ask]) -> None:
    """HCP02 of the two lines: 137.06 + 45.82 = 182.88, the HCP02 of the claim."""
    ask = everything[1]
    assert one(
        ask, "select sum(allowed_amount) from x12.medical_claim where revenue_center_code = '0471'"
    ) == (Decimal("182.88"),)


def test_a_managed_care_remittance(everything: tuple[Path, Ask]) -> None:
    """William: service paid 500 less 50 held on the claim; deductible 300; allowed 450 + 300 = 750."""
    ask = everything[1]
    found = ask(
        "select charge_amount, paid_amount, allowed_amount, deductible_amount, paid_date "
        "from x12.medical_claim where hcpcs_code in ('99211', '93555') and service_month = 200203 order by 1"
    )
    assert [tuple(str(value) for value in row.values()) for row in found] == [
        ("800.00", "450.00", "750.00", "300.00", "2002-03-14"),
        ("1200.00", "495.00", "1095.00", "600.00", "2002-03-14"),
    ]


def test_no_identifier_leaves_the_identity_table(everything: tuple[Path, Ask]) -> None:
    text = all_text(everything[0])
    for told in ("WILLIAMSON", "Vaughn", "123456789A", "125WILL", "26407789", "030005074"):
        assert told not in text
