"""Schedule amounts of the primary-care codes: national by D.1 and D.5, a locality by E.7 no. 8."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.billing.apcm_bench import PRICED, CareTables
from tests.measures.bench_tables import Row

# D.1, D.5, D.6: 2026, not qualifying: (non-facility, facility); qualifying where the table gives it
NATIONAL = {
    "G0556": ("16.37", "11.02"),
    "G0557": ("53.78", "33.73"),
    "G0558": ("117.24", "72.81"),
    "G0568": ("161.66", "81.83"),
    "G0569": ("145.96", "89.85"),
    "G0570": ("57.78", "38.75"),
    "99490": ("66.13", "43.76"),
    "99439": ("50.44", "30.73"),
    "99426": ("67.80", "44.09"),
    "99484": ("57.45", "38.75"),
    "99493": ("144.96", "89.51"),
    "99454": ("52.11", "52.11"),
    "99457": ("51.77", "26.39"),
}
QUALIFYING = {
    "G0556": ("16.45", "11.08"),
    "G0557": ("54.04", "33.90"),
    "G0558": ("117.82", "73.18"),
    "G0568": ("162.47", "82.24"),
    "G0569": ("146.69", "90.30"),
    "G0570": ("58.07", "38.94"),
}


@pytest.fixture(scope="module")
def prices() -> list[Row]:
    tables = CareTables()
    tables.schedule_2026()
    return tables.make("billing.service_price")


def _of(prices: list[Row], code: str, locality: str, qp: bool) -> Row:
    (row,) = [p for p in prices if (p["hcpcs_code"], p["locality"], p["qp"]) == (code, locality, qp)]
    return row


@pytest.mark.parametrize("code", NATIONAL)
def test_national_amounts(prices: list[Row], code: str) -> None:
    row = _of(prices, code, "national", False)
    assert (row["non_facility_amount"], row["facility_amount"]) == tuple(map(Decimal, NATIONAL[code]))


@pytest.mark.parametrize("code", QUALIFYING)
def test_national_amounts_of_a_qualifying_participant(prices: list[Row], code: str) -> None:
    row = _of(prices, code, "national", True)
    assert (row["non_facility_amount"], row["facility_amount"]) == tuple(map(Decimal, QUALIFYING[code]))


def test_amounts_of_a_locality(prices: list[Row]) -> None:
    """E.7 no. 8: CA 01112-05, G0557 66.08 and 37.82."""
    row = _of(prices, "G0557", "05", False)
    assert (row["non_facility_amount"], row["facility_amount"]) == (Decimal("66.08"), Decimal("37.82"))
    assert row["price_basis"] == "locality"


def test_the_only_release_of_a_year_serves_all_of_it(prices: list[Row]) -> None:
    row = _of(prices, "G0557", "national", False)
    assert (str(row["valid_from"]), str(row["valid_to"])) == ("2026-01-01", "2027-01-01")


def test_the_third_level_is_worth_a_first_and_second_block_of_chronic_care(prices: list[Row]) -> None:
    """D.6: G0557 is below 99490; G0558 117.24 about equals 99490 + 99439, 116.57."""
    amount = {code: _of(prices, code, "national", False)["non_facility_amount"] for code in NATIONAL}
    assert amount["G0557"] < amount["99490"] < amount["G0558"]
    assert amount["99490"] + amount["99439"] == Decimal("116.57")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("01112", "05", "11", False)], ("66.08", "locality")),
        ([("01112", "05", "22", False)], ("37.82", "locality")),
        (
            [("01112", "05", "11", False), ("01112", "05", "22", False), ("01112", "05", "22", False)],
            ("37.82", "locality"),
        ),
        ([("99999", "99", "11", False)], ("53.78", "national")),
        ([(None, None, "11", True)], ("54.04", "national")),
    ],
)
def test_a_clinician_is_paid_where_and_how_most_lines_are(
    lines: list[tuple[str | None, str | None, str, bool]], expected: tuple[str, str]
) -> None:
    tables = CareTables()
    tables.schedule_2026()
    tables.rows(
        "billing.line",
        PRICED,
        [
            {
                "npi": "9000000001",
                "tin": "T1",
                "service_date": date(2026, 6, 1),
                "mac": mac,
                "locality": locality,
                "place_of_service_code": place,
                "qp": qp,
            }
            for mac, locality, place, qp in lines
        ],
    )
    for step in ("service_price", "clinician_base"):
        tables.make(f"billing.{step}")
    (row,) = [one for one in tables.make("billing.clinician_price") if one["hcpcs_code"] == "G0557"]
    assert (str(row["amount"]), row["price_basis"]) == expected
