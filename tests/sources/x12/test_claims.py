"""What becomes of claims and remittances: replaced, voided, answered, denied, reversed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.sources.rif.running import load
from tests.sources.x12.build import interchange, professional, remittance, write
from tests.sources.x12.running import one, run

D = Decimal


def test_a_remittance_answers_its_claim_line_by_line(tmp_path: Path) -> None:
    """99214: charge 150, allowed 100 = deductible 30 + coinsurance 14 + sequestration 1.12 + paid 54.88.

    20 % of 70 is 14, 2 % of 56 is 1.12, 56 - 1.12 = 54.88. The X-ray of 50 is denied (CO 50) and is no line.
    """
    home = tmp_path / "home"
    claim = professional("A1", ["HC:99214:25*150*UN*1***1:2", "HC:71046*50*UN*1***2"], charge="200")
    clp = [
        "CLP*A1*1*200*54.88*44*MB*ICN1*11*1",
        "NM1*QC*1*DOE*JANE****MI*1S00A00AA01",
        "SVC*HC:99214:25*150*54.88**1",
        "DTM*472*20250115",
        "CAS*PR*1*30**2*14",
        "CAS*CO*45*50**253*1.12",
        "AMT*B6*100",
        "SVC*HC:71046*50*0**1",
        "DTM*472*20250115",
        "CAS*CO*50*50",
    ]
    file_837 = write(tmp_path, "a.837", interchange("837P", [claim]))
    file_835 = write(tmp_path, "a.835", interchange("835", [remittance([clp], paid="54.88")]))
    assert load("x12", [file_837, file_835], home).deliveries[0].warnings == []
    ask = run(home)
    (line,) = ask("select * from x12.medical_claim")
    assert (line["hcpcs_code"], line["hcpcs_modifier_1"], line["line_diagnosis_code"]) == (
        "99214",
        "25",
        "I5022",
    )
    assert (line["paid_amount"], line["allowed_amount"]) == (D("54.88"), D("100.00"))
    assert (line["deductible_amount"], line["coinsurance_amount"]) == (D("30.00"), D("14.00"))
    assert (line["sequestration_amount"], line["charge_amount"]) == (D("1.12"), D("150.00"))
    assert (line["rendering_npi"], line["rendering_tin"]) == ("1234567893", "123456789")
    assert str(line["paid_date"]) == "2025-02-15" and line["primary_payer_code"] is None
    known = "birth_date::varchar, gender, state_code, part_a, medicare_advantage"
    span = "enrollment_start_date::varchar, enrollment_end_date::varchar"
    person = one(ask, f"select {known}, {span} from x12.eligibility")
    assert person == ("1950-01-01", "female", "36", None, False, "2025-01-01", "2025-01-31")


def test_without_a_stated_allowed_amount_it_is_what_is_paid_and_owed(tmp_path: Path) -> None:
    """80 paid + 20 coinsurance + 1.63 sequestration = 101.63."""
    clp = ["CLP*B1*1*150*80*20*MB*ICN1*11*1", "NM1*QC*1*DOE*JANE****MI*1S00A00AA01", "DTM*232*20250115",
           "SVC*HC:99214*150*80**1", "CAS*PR*2*20", "CAS*CO*253*1.63**45*48.37"]  # fmt: skip
    load(
        "x12",
        [write(tmp_path, "b.835", interchange("835", [remittance([clp], paid="80")]))],
        tmp_path / "home",
    )
    ask = run(tmp_path / "home")
    assert one(ask, "select paid_amount, allowed_amount from x12.medical_claim") == (D("80.00"), D("101.63"))


def claims(ask_rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in ask_rows]


def test_a_replacement_and_a_void(tmp_path: Path) -> None:
    """R1 is sent for 100 and replaced by 120 under the payer's number; V1 is sent and voided."""
    home = tmp_path / "home"
    outcomes = "select outcome, count(*) as claims from"
    sent = [
        professional("R1", ["HC:99213*100*UN*1***1"], charge="100"),
        professional("V1", ["HC:99212*60*UN*1***1"], charge="60", day="20250116"),
    ]
    answer = remittance(
        [
            ["CLP*R1*1*100*70*0*MB*ICNR*11*1", "DTM*232*20250115", "SVC*HC:99213*100*70**1"],
            ["CLP*V1*1*60*40*0*MB*ICNV*11*1", "DTM*232*20250116", "SVC*HC:99212*60*40**1"],
        ],
        paid="110",
    )
    again = [
        # another number of the sender's own: the payer's number says which claim it replaces
        professional(
            "R2", ["HC:99213*120*UN*1***1"], charge="120", frequency="7", original="ICNR", created="20250301"
        ),
        professional(
            "V1",
            ["HC:99212*60*UN*1***1"],
            charge="60",
            frequency="8",
            original="ICNV",
            day="20250116",
            created="20250301",
        ),
    ]
    load("x12", [write(tmp_path, "1.837", interchange("837P", sent))], home)
    load("x12", [write(tmp_path, "1.835", interchange("835", [answer]))], home)
    load("x12", [write(tmp_path, "2.837", interchange("837P", again, day="20250301"))], home)
    ask = run(home)
    assert claims(ask(f"{outcomes} x12.submission group by 1 order by 1")) == [
        ("final", 1), ("replaced", 1), ("void", 1), ("voided", 1),
    ]  # fmt: skip
    # the payment of the claim replaced stands until the payer takes it back
    assert claims(ask("select hcpcs_code, charge_amount, paid_amount from x12.medical_claim")) == [
        ("99213", D("120.00"), D("70.00"))
    ]
    # the payer reverses 70 and pays 84
    corrected = remittance(
        [
            ["CLP*R1*22*-100*-70*0*MB*ICNR*11*1", "DTM*232*20250115", "SVC*HC:99213*-100*-70**1"],
            ["CLP*R2*1*120*84*0*MB*ICNR2*11*7", "DTM*232*20250115", "SVC*HC:99213*120*84**1"],
        ],
        paid="14",
        day="20250401",
    )
    load("x12", [write(tmp_path, "2.835", interchange("835", [corrected], day="20250401"))], home)
    ask = run(home)
    assert one(ask, "select count(*), sum(paid_amount) from x12.medical_claim") == (1, D("84.00"))
    assert claims(ask(f"{outcomes} x12.remittance_claim group by 1 order by 1")) == [
        ("paid", 1), ("reversal", 1), ("reversed", 1), ("voided_claim", 1),
    ]  # fmt: skip


def test_a_payment_taken_back_whole_is_no_claim(tmp_path: Path) -> None:
    home = tmp_path / "home"
    paid = ["CLP*T1*1*100*70*0*MB*ICN*11*1", "DTM*232*20250115", "SVC*HC:99213*100*70**1"]
    back = ["CLP*T1*22*-100*-70*0*MB*ICN*11*1", "DTM*232*20250115", "SVC*HC:99213*-100*-70**1"]
    load("x12", [write(tmp_path, "1.835", interchange("835", [remittance([paid], paid="70")]))], home)
    assert one(run(home), "select count(*), sum(paid_amount) from x12.medical_claim") == (1, D("70.00"))
    second = interchange("835", [remittance([back], paid="-70", day="20250301")], day="20250301")
    load("x12", [write(tmp_path, "2.835", second)], home)
    assert one(run(home), "select count(*) from x12.medical_claim") == (0,)


def test_a_claim_denied_whole_is_no_claim_and_one_of_another_provider_stays_unanswered(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    sent = [
        professional("D1", ["HC:99213*100*UN*1***1"], charge="100"),
        professional("N1", ["HC:99213*100*UN*1***1"], charge="100"),
    ]
    denied = ["CLP*D1*4*100*0*0*MB*ICN1*11*1", "DTM*232*20250115", "SVC*HC:99213*100*0**1", "CAS*CO*29*100"]
    load("x12", [write(tmp_path, "1.837", interchange("837P", sent))], home)
    load("x12", [write(tmp_path, "1.835", interchange("835", [remittance([denied], paid="0")]))], home)
    other = ["CLP*N1*1*90*50*0*MB*ICN2*11*1", "DTM*232*20250115", "SVC*HC:99212*90*50**1"]
    elsewhere = remittance([other], paid="50", npi="1992999999")
    load("x12", [write(tmp_path, "2.835", interchange("835", [elsewhere]))], home)
    ask = run(home)
    rows = ask("select billing_npi, charge_amount, paid_amount from x12.medical_claim order by 1")
    assert claims(rows) == [("1234567893", D("100.00"), None), ("1992999999", D("90.00"), D("50.00"))]


def test_medicare_members_are_the_same_person_in_every_source(tmp_path: Path) -> None:
    """A Medicare number is the identifier itself; a commercial member's is the source's own."""
    from corridor.sources.x12.parties import Person
    from corridor.sources.x12.people import identifier_of

    jane = Person(member_id="1S00A00AA01", name="DOE|JANE")
    assert identifier_of(jane, None, "MB", "p", "f") == ("1S00A00AA01", "mbi")
    assert identifier_of(jane, None, "CI", "p", "f") == ("x12:p:1S00A00AA01", "x12")
    child = Person(name="DOE|JIM", birth_date="2015-01-01", gender="male")
    assert identifier_of(jane, child, "CI", "p", "f") == ("x12:p:1S00A00AA01:2015-01-01:male:DOE|JIM", "x12")
    assert identifier_of(Person(), None, "CI", "p", "f") == ("x12:p:claim:f", "x12")
