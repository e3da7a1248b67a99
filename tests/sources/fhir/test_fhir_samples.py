"""Every FHIR sample of CMS: counts by kind, dollars against an independent reading, fields by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from corridor.sources.summary import LoadSummary
from tests.sources.rif.running import all_text, counts, digests, load, run

FOLDERS = ("v1-stu3", "v2-r4", "v3-r4")
Loaded = dict[str, tuple[LoadSummary, Path]]


@pytest.fixture(scope="module")
def loaded(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    made = {}
    for folder in FOLDERS:
        home = tmp_path_factory.mktemp(folder)
        made[folder] = (load("fhir", [test_data / "fhir-eob" / folder], home), home)
    return made


@pytest.fixture(scope="module")
def cons(loaded: Loaded) -> dict[str, duckdb.DuckDBPyConnection]:
    return {folder: run("fhir", home) for folder, (_, home) in loaded.items()}


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = con.execute(query)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def resources(folder: Path) -> Iterator[dict[str, Any]]:
    """The resources of a folder, read with nothing but the standard library."""
    for path in sorted(folder.iterdir()):
        text = path.read_text(encoding="utf-8")
        try:
            whole = [json.loads(text)]
        except ValueError:
            whole = [json.loads(line) for line in text.splitlines() if line.strip()]
        for one in whole:
            if one["resourceType"] == "Bundle":
                yield from (entry["resource"] for entry in one["entry"])
            else:
                yield one


def test_every_resource_is_kept_set_aside_or_passed_over(loaded: Loaded, test_data: Path) -> None:
    """README: 200 claims, three single ones (two unusable), a Bundle of 33; ten files; seventeen of V3."""
    expected = {"v1-stu3": (240, 238, 2, 0), "v2-r4": (10, 10, 0, 0), "v3-r4": (17, 15, 0, 2)}
    for folder, (summary, _) in loaded.items():
        found = sum(1 for _ in resources(test_data / "fhir-eob" / folder))
        passed = sum(int(why.split()[0]) for _, why in summary.passed_over)
        assert (found, summary.rows_kept, summary.rows_set_aside, passed) == expected[folder]
        assert summary.rows_in + passed == found
    assert loaded["v1-stu3"][0].deliveries[0].reasons == {"no-id": 1, "no-patient": 1}
    assert loaded["v3-r4"][0].passed_over == [
        ("AuditEvent.json", "1 AuditEvent: no claims, people or coverage"),
        ("ExplanationOfBenefit-PriorAuth.json", "1 prior authorization: no claims, people or coverage"),
    ]


def test_the_kinds_of_claims_the_readme_states(loaded: Loaded) -> None:
    """200 claims: carrier 80, outpatient 70, Part D 35, inpatient 11, DME 3, hospice 1."""
    from corridor.engine.warehouse import Warehouse

    record = Warehouse.open(loaded["v1-stu3"][1]).deliveries()[0].record
    files = {one["file"]: one for one in record["notes"]["control_totals"].values()}
    kinds = {"71": 80, "40": 70, "PDE": 35, "60": 11, "82": 3, "50": 1}
    assert files["sample_eob_200.ndjson"]["kept"] == kinds
    assert files["bcda_ExplanationOfBenefit.json"]["kept"] == {"71": 33}
    assert counts(loaded["v1-stu3"][0])["sample_eob_200.ndjson"] == (200, 200, 0)
    bundle = files["bcda_ExplanationOfBenefit.json"]
    assert sum(cell["rows"] for cell in bundle["by_claim_type_and_month"]) == 33
    assert bundle["rows_in"] == bundle["rows_kept"] == 33


def test_the_tie_out_reads_the_control_totals(loaded: Loaded) -> None:
    """Dollars of the files stand beside those of the claims, with rows that balance."""
    from corridor.engine.warehouse import Warehouse
    from corridor.reports.tieout import dollars_in_files, file_rows

    delivery = Warehouse.open(loaded["v2-r4"][1]).deliveries()[0]
    listed = {row["file"]: row for row in file_rows(delivery)}
    assert listed["eobReadCarrier.json"]["dollars"] == 199.99
    assert all(row["rows_in"] == row["rows_kept"] for row in listed.values())
    in_files = {row["claim_type"]: row["in_files"] for row in dollars_in_files([delivery], [])}
    # v2: inpatient 7,699.48; Part D 249.22
    assert 7699.48 in in_files.values()
    assert 249.22 in in_files.values()


def _code(concept: dict[str, Any]) -> str:
    return str(concept["coding"][-1].get("code")).rpartition("/")[2]


def _paid(claim: dict[str, Any]) -> Decimal:
    """What a claim of v1 or v2 paid: facility claims by their payment, others by their lines."""
    amounts = [
        (_code(entry["category"]), entry["amount"]["value"])
        for item in claim["item"]
        for entry in item.get("adjudication", [])
        if "amount" in entry
    ]
    if claim["id"].startswith("pde"):
        wanted = ("cvrd_d_plan_pd_amt", "lics_amt", "ncvrd_plan_pd_amt")
    elif claim["id"].startswith(("carrier", "dme")):
        wanted = ("line_nch_pmt_amt",)
    else:
        return Decimal(str(claim["payment"]["amount"]["value"]))
    return sum((Decimal(str(amount)) for code, amount in amounts if code in wanted), Decimal(0))


@pytest.mark.parametrize("folder", ["v1-stu3", "v2-r4"])
def test_dollars_against_an_independent_reading(
    folder: str, cons: dict[str, duckdb.DuckDBPyConnection], test_data: Path
) -> None:
    wanted: Counter[str] = Counter()
    sums: dict[str, Decimal] = {}
    # three claims of v2 carry a non-payment reason other than P: denied
    denied = {"inpatient-333333222222", "outpatient-1234567890", "snf-777777777"}
    for one in resources(test_data / "fhir-eob" / folder):
        usable = one["resourceType"] == "ExplanationOfBenefit" and "id" in one and "patient" in one
        if usable and one["id"] not in denied:
            kind = one["id"].partition("-")[0]
            wanted[kind] += 1
            sums[kind] = sums.get(kind, Decimal(0)) + _paid(one)
    found = cons[folder].execute(
        "select split_part(claim_id, '-', 1), count(distinct claim_id), sum(paid_amount) from ("
        "select claim_id, paid_amount from fhir.medical_claim union all "
        "select claim_id, paid_amount from fhir.pharmacy_claim) group by 1"
    )
    assert {kind: (count, paid) for kind, count, paid in found.fetchall()} == {
        kind: (wanted[kind], sums[kind]) for kind in wanted
    }


def test_a_carrier_line_of_v2_by_hand(cons: dict[str, duckdb.DuckDBPyConnection]) -> None:
    (line,) = rows(cons["v2-r4"], "select * from fhir.medical_claim where claim_id = 'carrier-9991831999'")
    wanted = {
        "claim_line_number": 6,
        "claim_type": "professional",
        "claim_type_code": "71",
        "claim_line_start_date": date(1999, 10, 27),
        "place_of_service_code": "11",
        "service_unit_quantity": Decimal(1),
        "hcpcs_code": "92999",
        "hcpcs_modifier_1": "LT",
        "hcpcs_modifier_2": None,
        "line_diagnosis_code": "A52",
        "rendering_npi": "1923124",
        "rendering_specialty_code": "41",
        "billing_npi": "1234567890",
        "referring_npi": "8765676",
        "primary_payer_code": "E",
        "provider_state_code": "17",
        "contractor_number": "61026",
        "paid_date": date(1999, 11, 6),
        "paid_amount": Decimal("37.50"),
        "allowed_amount": Decimal("47.84"),
        "charge_amount": Decimal("75.00"),
        "coinsurance_amount": Decimal("9.57"),
        "deductible_amount": Decimal("0.00"),
        "facility_ccn": None,
        "bill_type_code": None,
        "service_month": 199910,
    }
    assert {name: line[name] for name in wanted} == wanted


def test_a_facility_claim_of_v2_by_hand(cons: dict[str, duckdb.DuckDBPyConnection]) -> None:
    """Deductible 112 + 6 of blood; add-ons 66,125.51 + 25 + 120.56 + 68.58 + 25.09 = 66,364.74."""
    (claim,) = rows(cons["v2-r4"], "select * from fhir_raw.claim where claim_id = 'inpatient-333333222222'")
    wanted = {
        "dropped_because": "denied",
        "claim_type_code": "60",
        "admission_date": date(2016, 1, 15),
        "discharge_date": date(2016, 1, 27),
        "admit_source_code": "4",
        "admit_type_code": "1",
        "discharge_disposition_code": "51",
        "bill_type_code": "111",
        "drg_code": "695",
        "facility_npi": "0000000000",
        "facility_ccn": "777776",
        "attending_npi": "161999999",
        "operating_npi": "3333444555",
        "provider_state_code": "19",
        "paid_amount": Decimal("7699.48"),
        "charge_amount": Decimal("84999.37"),
        "coinsurance_amount": Decimal("5.00"),
        "deductible_amount": Decimal("118.00"),
        "add_on_amount": Decimal("66364.74"),
    }
    assert {name: claim[name] for name in wanted} == wanted
    diagnoses = rows(
        cons["v2-r4"],
        "select diagnosis_code as code, present_on_admission as poa from fhir_raw.claim_diagnosis "
        "where claim_id = 'inpatient-333333222222' order by place",
    )
    # the admitting diagnosis A37 is not the claim's own; external causes come last
    assert [(one["code"], one["poa"]) for one in diagnoses] == [
        ("A40", "Y"), ("A52", "N"), ("A06", "N"), ("A15", "N"), ("B01", "N"), ("A01", "N"), ("A02", "Y")
    ]  # fmt: skip


def test_what_drops_a_claim_of_v2(cons: dict[str, duckdb.DuckDBPyConnection]) -> None:
    found = cons["v2-r4"].execute(
        "select claim_id, dropped_because from fhir.claim where dropped_because is not null order by 1"
    )
    assert found.fetchall() == [
        ("inpatient-333333222222", "denied"),
        ("outpatient-1234567890", "denied"),
        ("snf-777777777", "denied"),
    ]
    left = "select count(*) from fhir.medical_claim where claim_id like 'snf%'"
    assert cons["v2-r4"].execute(left).fetchone() == (0,)


def test_drug_events_of_all_versions(cons: dict[str, duckdb.DuckDBPyConnection]) -> None:
    """v2: 126.99 of the plan and 122.23 of low-income support; V3: 45.50 + 10.08 + 10.00."""
    (two,) = rows(cons["v2-r4"], "select * from fhir.pharmacy_claim")
    (three,) = rows(cons["v3-r4"], "select * from fhir.pharmacy_claim")
    one = rows(cons["v1-stu3"], "select * from fhir.pharmacy_claim where claim_id = 'pde--10000001604'")[0]
    names = (
        "ndc_code",
        "quantity",
        "days_supply",
        "refills",
        "paid_amount",
        "copayment_amount",
        "gross_drug_cost",
    )
    money = Decimal
    assert [one[name] for name in names] == [
        "68071071630", 365, 365, 1, money("0.00"), money("0.02"), money("0.02")
    ]  # fmt: skip
    assert [two[name] for name in names] == [
        "000000000", 60, 30, 3, money("249.22"), money("235.85"), money("550.00")
    ]  # fmt: skip
    assert [three[name] for name in names] == [
        "00071015523", 60, 30, 1, money("65.58"), money("10.00"), money("45.50")
    ]  # fmt: skip
    assert (one["prescribing_npi"], two["prescribing_npi"], three["prescribing_npi"]) == (
        "9999999499", "1750384806", "1942945159"
    )  # fmt: skip
    assert (two["dispensing_provider_id"], two["paid_date"]) == ("1023011079", date(2015, 5, 27))


def test_lines_of_v3_by_hand(cons: dict[str, duckdb.DuckDBPyConnection]) -> None:
    """The samples have no id: the claim type and the unique claim number stand in; contained providers."""
    carrier = rows(
        cons["v3-r4"],
        "select * from fhir.medical_claim where claim_id like '72-%' order by claim_line_number",
    )
    # line 1 has the processing code J, which allows nothing
    assert [line["claim_line_number"] for line in carrier] == [2, 3, 4]
    second = carrier[0]
    wanted = {
        "hcpcs_code": "99453",
        "hcpcs_modifier_1": "A2",
        "hcpcs_modifier_5": "A5",
        "rendering_npi": "1952378861",
        "rendering_specialty_code": "11",
        "billing_npi": "1942945159",
        "provider_state_code": "05",
        "place_of_service_code": "07",
        "paid_amount": Decimal("11.14"),
        "deductible_amount": Decimal("3.50"),
        "contractor_number": "10312",
    }
    assert {name: second[name] for name in wanted} == wanted
    (dme,) = rows(
        cons["v3-r4"],
        "select rendering_npi, rendering_tin from fhir.medical_claim "
        "where claim_id like '82-%' and claim_line_number = 1",
    )
    assert dme == {"rendering_npi": "1548226988", "rendering_tin": "15"}
    inpatient = rows(
        cons["v3-r4"],
        "select * from fhir.medical_claim where claim_id like '60-%' order by claim_line_number",
    )
    first = inpatient[0]
    # the lines pay 11.14, the claim 3.50: that of the claim, on its first line
    assert [line["paid_amount"] for line in inpatient] == [Decimal("3.50"), 0, 0, 0]
    # 12,342.14 + 14.14 + 15 + 14.11 + 15.11; blood 121.10 + deductible 17.85
    assert (first["add_on_amount"], first["deductible_amount"]) == (Decimal("12400.50"), Decimal("138.95"))
    wanted = {
        "bill_type_code": "123",
        "drg_code": "460",
        "revenue_center_code": "0636",
        "billing_tin": "765432",
        "facility_npi": "1548226988",
        "facility_ccn": "00024",
        "attending_npi": "1942945159",
        "discharge_disposition_code": "06",
        "admission_date": date(2021, 1, 1),
    }
    assert {name: first[name] for name in wanted} == wanted


def test_procedures_of_v3(cons: dict[str, duckdb.DuckDBPyConnection]) -> None:
    found = cons["v3-r4"].execute(
        "select procedure_code, procedure_code_type, procedure_date from fhir.claim_procedure "
        "where claim_id like '60-%' order by procedure_sequence"
    )
    codes = ("0SG30AJ", "01NB0ZZ", "0SB40ZZ", "01NR0ZZ", "8E0WXBZ")
    assert found.fetchall() == [(code, "icd-10-pcs", date(2024, 1, 1)) for code in codes]


def test_facility_roles_of_stu3(cons: dict[str, duckdb.DuckDBPyConnection]) -> None:
    """STU3 calls the attending physician primary and the operating one assisting; carrier TINs are others."""
    (claim,) = rows(
        cons["v1-stu3"], "select * from fhir_raw.claim where claim_id = 'inpatient--10000000020384'"
    )
    assert (claim["attending_npi"], claim["operating_npi"]) == ("9999994996", None)
    assert (claim["facility_ccn"], claim["facility_npi"], claim["bill_type_code"]) == (
        "220135",
        "8886687531",
        "111",
    )
    assert (claim["paid_amount"], claim["coinsurance_amount"]) == (Decimal("22436.56"), Decimal("4468.03"))
    (line,) = rows(
        cons["v1-stu3"], "select * from fhir.medical_claim where claim_id = 'carrier--10000000020519'"
    )
    assert (line["rendering_tin"], line["charge_amount"]) == ("999267702", Decimal("786.33"))


def test_people_and_coverage(cons: dict[str, duckdb.DuckDBPyConnection]) -> None:
    """V3: Parts A to D and dual status from 2018-04-11 until death; v1 states no dates: carried back."""
    names = "birth_date, gender, race_code, state_code, zip_code, death_date, enrollment_start_date, "
    names += (
        "enrollment_end_date, medicare_status_code, dual_status_code, part_a, part_b, medicare_advantage, "
    )
    names += "part_d, enrollment_basis"
    three = cons["v3-r4"].execute(f"select {names} from fhir.eligibility").fetchall()
    died = date(2024, 3, 11)
    assert three == [
        (date(1995, 3, 11), "female", "5", "48", "77840", died, date(2018, 4, 11), died, "31", "01",
         True, True, True, True, "span")
    ]  # fmt: skip
    one = cons["v1-stu3"].execute(f"select {names} from fhir.eligibility").fetchall()
    assert one == [
        (date(1999, 6, 1), "female", "1", "12", "99999", None, date(1999, 6, 1), None, "10", None,
         True, True, False, True, "current_status_carried_back")
    ]  # fmt: skip


def test_no_identifier_in_the_raw_tables(loaded: Loaded) -> None:
    text = "\n".join(all_text(home) for _, home in loaded.values())
    for secret in ("ABB2BB0BB22", "9AB2WW3GR44", "1Q03Z002871", "567834", "Frankie", "University"):
        assert secret not in text


def test_threads_change_nothing(test_data: Path, tmp_path: Path) -> None:
    made = []
    for threads in (1, 2):
        home = tmp_path / str(threads)
        load("fhir", [test_data / "fhir-eob" / "v3-r4"], home, {"threads": threads})
        made.append(digests("fhir", home, threads))
    assert made[0] == made[1]
