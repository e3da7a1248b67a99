"""Programs, practices, evidence and home over small tables whose sums are counted by hand."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from corridor.settings import Settings
from corridor.web.accounts import Account, read_accounts
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, Person, signed_in
from tests.web.test_people_in_scope import write

# Practice T1 (ACO A1): clinicians N1, N2. Practice T2, outside: N3. Twelve people of T1, three of T2.
PEOPLE = "select range as person_id, case when range <= 12 then 'T1' else 'T2' end as tin from range(1, 16)"
TABLES = {
    "asm.roster": """select * from (values ('T1', 'N1', 'Ada', 50), ('T1', 'N2', 'Bo', 20), ('T2', 'N3',
        null, 10))
        as t(tin, npi, clinician_name, claim_lines), (values ('06', 2, date '2027-12-01'))
        as u(specialty_code, practice_size, last_claim_date)""",
    "asm.result": """select 2027 as performance_year, 'T1' as tin, 'N1' as npi, 'heart_failure' as cohort,
        71.5 as final_score, -1200.0 as dollars, -0.01 as payment_adjustment_factor, 0.09 as risk_level,
        120000.0 as part_b_paid, 2029 as payment_year""",
    "qp.status": """select *, 2026 as performance_year, 2028 as payment_year, 'loaded claims' as source,
        0.6 as best_payment_score, 0.4 as best_patient_score, 0.0 as dollars, worth / 2 as incentive_worth,
        worth / 2 as conversion_factor_worth, 1000.0 as part_b_paid
        from (values ('T1', 'N1', 'qp', 'meets it', 900.0), ('T1', 'N2', 'none', 'no score', 100.0),
        ('T2', 'N3', 'unknown', 'on no participant list', 40.0)) as t(tin, npi, status, reason, worth)""",
    "qp.clinician_year": """select *, 2026 as performance_year, 2028 as payment_year, 'said' as mips_reason,
        -0.09 as adjustment_lowest, null::double as adjustment, 33.5 as conversion_factor, 1000.0 as
        part_b_paid
        from (values ('T1', 'N1', 'excluded_qp'), ('T1', 'N2', 'required'), ('T2', 'N3', 'unknown'))
        as t(tin, npi, mips_status)""",
    "qp.score": """select 2026 as performance_year, level, subject, 'covered' as basis, 1 as snapshot,
        60.0 as attributed_payments, 100.0 as eligible_payments, 4 as attributed_patients, 10 as
        eligible_patients,
        true as is_whole from (values ('entity', 'A1'), ('individual', 'N1')) as t(level, subject)""",
    "qp.service": """select 202601 as month, 2026 as year, 'T1' as tin, 'N1' as npi, range as person_id,
        10.0 as paid_amount,
        12.0 as allowed_amount from range(1, 4)""",
    "attribution.participant": "select 'T1' as tin, 'A1' as aco_id, 'mssp' as program, 1 as acos",
    "attribution.person": f"""select person_id, tin, case when tin = 'T1' then 'A1' end as aco_id,
        case when tin = 'T1' then 'N1' else 'N3' end as npi, case when tin = 'T1' then 'aco' else 'tin'
        end as entity_kind,
        case when tin = 'T1' then 'assignment_list' else 'claims' end as basis, tin = 'T1' as
        claims_agree, 'x' as reason_code,
        'said' as reason, 0.25 as loss_risk from ({PEOPLE})""",
    "attribution.mssp": f"""select person_id, 'retrospective' as method,
        case when tin = 'T1' then 'aco' else 'tin' end as entity_kind, 'step_1' as step,
        case when tin = 'T1' then 'plurality' else 'plurality_outside' end as reason_code,
        case when tin = 'T1' then 'with the ACO' else 'with another' end as reason, true as window_covered,
        100.0 as allowed_charges, case when person_id = 1 then 0.9 else 0.1 end as loss_risk from
        ({PEOPLE})""",
    "population.member_month": f"""select person_id, 202501 as month, 2025 as year, 50.0 as expenditure
        from ({PEOPLE})""",
    "billing.finding": """select person_id::varchar as finding_id, 'T1' as tin, 'N1' as npi, 'apcm' as audit,
        'apcm_missed' as kind, direction, 'sure' as certainty, person_id, dollars,
        null::double as paid_dollars, 202601 as month, 'S' as source_id, null::varchar as claim_id,
        null::integer as claim_line_number
        from (values (1, 'missed', 70.0), (2, 'missed', 30.0), (3, 'at_risk', 5.0)) as t(person_id,
        direction, dollars)""",
    "billing.prior_auth_line": """select 'T1' as tin, 'N1' as npi, 'TX' as state, '64483' as hcpcs_code,
        'PA_RECOMMENDED' as result, true as is_active, 'PA_RECOMMENDED' as result_when_active, 1 as person_id,
        800.0 as allowed_amount""",
    "claims.period": "select 'A1' as source_id, date '2027-12-31' as last_day",
}  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("programs") / "data"
    write(home, TABLES)
    return home


@pytest.fixture
def over(small: Path, tmp_path: Path) -> Workbench:
    return Workbench(small, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


def person(over: Workbench, *roles: Role, scope: Scope = EVERY) -> Person:
    return signed_in(over, roles or (Role.analyst,), scope)


def words(text: str) -> str:
    """What a reader reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<wbr>|<svg.*?</svg>", "", text, flags=re.S)))


def test_every_program_is_a_card(over: Workbench) -> None:
    text = words(person(over, Role.executive).get("/programs").text)
    assert "4 programs have figures in the last run" in text  # REACH was not made
    assert "$1k worth of QP status" in text  # 900 + 100 + 40
    assert "Claims of 2025 assign 12 of 15 people to the ACO" in text
    assert "$600 cost of their care in 2025 (1 month loaded)" in text  # 12 x 50
    assert "$800 allowed charges exposed" in text
    assert "Not in the last run" in text


def test_statuses_are_counted_and_far_from_the_threshold(over: Workbench) -> None:
    text = words(person(over, Role.executive).get("/programs/qp").text)
    assert "Of 3 clinicians in 2026: 1 qualifying participant, 1 not qualifying, 1 not known" in text
    assert "+10.0 points" in text  # 60 of 100, and it takes 50 percent
    who = words(person(over).get("/programs/qp?view=who&sort=worth&down=false").text)
    assert who.index("NPI N3") < who.index("Bo") < who.index("Ada")


def test_assignment_beside_the_list(over: Workbench) -> None:
    text = words(person(over, Role.auditor).get("/programs/mssp").text)
    assert "CMS's list has 12: for 100% of them claims say the same" in text.replace("&#39;", "'")
    assert "<11 assigned people whose care leans elsewhere" in text.replace("&lt;", "<")
    money = words(person(over, Role.executive).get("/programs/mssp?view=dollars").text)
    assert "Care of the ACO" in money and "$600" in money


def test_a_list_leaves_as_a_file_with_small_counts_blank(over: Workbench) -> None:
    answer = person(over).get("/practices?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [(row["tin"], row["people"]) for row in rows] == [("T1", "12"), ("T2", "")]
    assert rows[0]["missed"] == "100.0" and rows[0]["at_risk"] == "5.0"
    assert 'filename="practices.csv"' in answer.headers["content-disposition"]
    book = person(over, Role.biller).get("/clinicians?format=xlsx")
    assert book.status_code == 200 and book.content[:2] == b"PK"
    assert person(over, Role.clinician).get("/clinicians?format=exe").status_code == 400


def test_a_list_is_searched_sorted_and_never_by_the_address(over: Workbench) -> None:
    who = person(over)
    assert "1 to 1 of 1" in who.get("/clinicians?q=ada").text
    assert "Nobody and nothing" in who.get("/clinicians?q=' or 1=1 --").text
    assert "1 to 3 of 3" in who.get("/clinicians?sort=drop table&down=true").text


def test_a_practice_with_every_program(over: Workbench) -> None:
    text = words(person(over).get("/practices/T1").text)
    assert "−$1.2k expected in 2029 in ASM" in text and "+$100 not billed" in text
    assert "2 clinicians, 70 claim lines" in text
    assert "A1: 12 people of the ACO" in text
    assert "1 none, 1 qp" in text or "1 qp, 1 none" in text


def test_who_is_not_in_scope_is_not_there(over: Workbench) -> None:
    limited = person(over, scope=Scope(tin=("T2",)))
    other, nobody = limited.get("/practices/T1"), limited.get("/practices/T0")
    assert other.status_code == nobody.status_code == 404 and "WEB-NO-PRACTICE" in other.text
    assert "1 to 1 of 1" in limited.get("/practices").text
    assert (
        "A1" not in words(limited.get("/programs/mssp?view=who").text).partition("Shared Savings Program")[2]
    )
    assert "$40" in words(limited.get("/programs").text)  # the worth of N3 alone
    assert limited.get("/explain/qp/N1").status_code == 404


def test_scores_of_an_entity_are_for_its_aco_and_clinician(over: Workbench) -> None:
    def seen(scope: Scope) -> list[str]:
        viewer = over.viewer(_account(over, scope))
        assert viewer is not None
        return [str(row["subject"]) for row in viewer.query("select subject from qp.score order by subject")]

    assert seen(EVERY) == ["A1", "N1"]
    assert seen(Scope(aco=("A1",))) == ["A1", "N1"]  # its practice is all that N1 bills under
    assert seen(Scope(aco=("A2",))) == []
    assert seen(Scope(npi=("N1",))) == ["N1"]
    assert seen(Scope(tin=("T1",), npi=("N3",))) == []


def test_rows_open_by_place_down_to_the_last_level(over: Workbench) -> None:
    who = person(over)
    top = who.get("/evidence/qp.status?tin=T1")
    assert "2 rows of qp.status" in top.text
    link = re.findall(r'href="(/evidence/qp\.status\?[^"]+open=1[^"]*)"', top.text)[0]
    down = who.get(link.replace("&amp;", "&"))
    assert "3 rows of qp.service" in words(down.text) and "person_id=" not in down.text
    assert "claims.medical_claim" in down.text
    stale = who.get("/evidence/qp.status?tin=T1&open=1&run=earlier")
    assert "made over another run" in stale.text


def test_an_address_holds_no_person(over: Workbench) -> None:
    who = person(over)
    for path in (
        "/evidence/attribution.person?person_id=1",
        "/evidence/qp.status?tin=T1&open=9",
        "/evidence/qp.status?tin=T1&open=x",
    ):
        answer = who.get(path)
        assert answer.status_code == 400 and "WEB-EVIDENCE" in answer.text, path


def test_rows_of_people_are_for_roles_that_work_with_them(over: Workbench) -> None:
    boss = person(over, Role.executive)
    top = boss.get("/evidence/qp.status?tin=T1")
    assert "which your role does not see" in top.text and "Open 1" not in top.text
    assert boss.get("/evidence/qp.status?tin=T1&open=1").status_code == 403
    assert boss.get("/evidence/attribution.person?tin=T1").status_code == 403
    limited = person(over, scope=Scope(tin=("T2",)))
    assert "0 rows of attribution.person" in words(limited.get("/evidence/attribution.person?tin=T1").text)
    assert "3 rows of attribution.person" in words(limited.get("/evidence/attribution.person").text)


def test_home_ranks_by_dollars(over: Workbench) -> None:
    text = words(person(over, Role.executive).get("/").text)
    at = [text.index(part) for part in ("$1k at stake: QP", "$800 at stake: WISeR", "$100 of services")]
    assert at == sorted(at)


def _account(over: Workbench, scope: Scope) -> Account:
    person(over, scope=scope)
    return next(one for one in read_accounts(over.state) if one.scope == scope)
