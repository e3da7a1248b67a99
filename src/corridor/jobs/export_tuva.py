"""Tuva-compatible tables out: the claims of a run in the input layer of the Tuva project, as Parquet."""

from __future__ import annotations

from pathlib import Path

from corridor.engine.connection import quote
from corridor.engine.files import remove_tree
from corridor.engine.runs import Run
from corridor.errors import CorridorError

NEEDED = (
    "claims.medical_claim",
    "claims.pharmacy_claim",
    "claims.eligibility",
    "claims.claim_diagnosis",
    "claims.claim_procedure",
    "claims.period",
)
TABLES = ("medical_claim", "pharmacy_claim", "eligibility")
CODES = 25  # diagnoses and procedures a row has room for
PAYER = "medicare"

# Where a source gives no bill type, the type of a claim is written as the bill type that means it.
_BILL_TYPE = {"10": "321", "20": "211", "30": "181", "40": "131", "50": "811", "60": "111", "61": "111"}
_RACE = {
    "1": "white",
    "2": "black",
    "3": "other",
    "4": "asian",
    "5": "hispanic",
    "6": "north american native",
}
_CLAIM_COLUMNS = """
    claim_id, claim_line_number, claim_type, person_id, member_id, payer, plan, claim_start_date,
    claim_end_date, claim_line_start_date, claim_line_end_date, admission_date, discharge_date,
    admit_source_code, admit_type_code, discharge_disposition_code, place_of_service_code,
    bill_type_code, drg_code_type, drg_code, revenue_center_code, service_unit_quantity, hcpcs_code,
    hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5,
    rendering_npi, rendering_tin, rendering_specialty_code, billing_npi, billing_tin, facility_npi,
    facility_ccn, attending_npi, operating_npi, referring_npi, paid_date, paid_amount, allowed_amount,
    charge_amount, coinsurance_amount, copayment_amount, deductible_amount, total_cost_amount
"""


def export_tuva(run: Run, out: Path) -> dict[str, int]:
    """Write medical_claim, pharmacy_claim and eligibility of ``run`` into ``out``; rows of each.

    ``out`` must be new or empty; it is there whole or not at all. People carry the surrogate
    ``person_id`` of the warehouse, no identifier of CMS.
    Errors: EXPORT-OUT-NOT-EMPTY, EXPORT-TABLE-MISSING.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CorridorError(
            "EXPORT-OUT-NOT-EMPTY",
            "The folder to write to is not empty.",
            why="Tables of two exports must not be mixed.",
            todo="Name a new folder with --out, or empty this one.",
            file=out,
        )
    missing = [table for table in NEEDED if not run.has(table)]
    if missing:
        raise CorridorError(
            "EXPORT-TABLE-MISSING",
            f"The last complete run did not make {missing[0]}.",
            why="It computed some tables only.",
            todo="Run `corridor run`, or `corridor run --only claims`, and export again.",
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.draft")
    remove_tree(draft)
    draft.mkdir()
    rows: dict[str, int] = {}
    for table in TABLES:
        target = draft / f"{table}.parquet"
        run.con.execute(
            f"copy ({_QUERIES[table]()}) to {quote(str(target))} (format parquet, compression zstd)"
        )
        found = run.con.execute(f"select count(*) from read_parquet({quote(str(target))})").fetchone()
        rows[table] = int(found[0]) if found else 0
    if out.exists():
        out.rmdir()
    draft.rename(out)
    return rows


def _case(column: str, meanings: dict[str, str], otherwise: str = "null") -> str:
    branches = " ".join(f"when {quote(code)} then {quote(meaning)}" for code, meaning in meanings.items())
    return f"case {column} {branches} else {otherwise} end"


def _wide(table: str, sequence: str, order: str, columns: dict[str, str]) -> str:
    """A long table of codes as one row a claim: ``columns`` maps a wide column to the long one."""
    place = f"row_number() over (partition by source_id, claim_id order by {sequence}, {order})"
    ranked = f"select *, {place} as place from {table}"
    chosen = ", ".join(
        f"max(case when place = {n} then {long} end) as {wide}_{n}"
        for wide, long in columns.items()
        for n in range(1, CODES + 1)
    )
    kind = _kind_of(table)
    return (
        f"select source_id, claim_id, max({kind}) as {kind}, {chosen} from ({ranked}) "
        f"where place <= {CODES} group by source_id, claim_id"
    )


def _kind_of(table: str) -> str:
    """The column that says which code set a table of codes is written in."""
    return "diagnosis_code_type" if table.endswith("claim_diagnosis") else "procedure_code_type"


def _medical_claim() -> str:
    diagnoses = _wide(
        "claims.claim_diagnosis",
        "diagnosis_sequence",
        "diagnosis_code",
        {"diagnosis_code": "diagnosis_code", "diagnosis_poa": "present_on_admission"},
    )
    procedures = _wide(
        "claims.claim_procedure",
        "procedure_sequence",
        "procedure_code",
        {"procedure_code": "procedure_code", "procedure_date": "procedure_date"},
    )
    own = {
        "person_id": "cast(line.person_id as varchar)",
        "member_id": "cast(line.person_id as varchar)",
        "claim_type": "if(line.claim_type = 'institutional', 'institutional', 'professional')",
        "payer": quote(PAYER),
        "plan": quote(PAYER),
        "bill_type_code": f"coalesce(line.bill_type_code, {_case('line.claim_type_code', _BILL_TYPE)})",
        "copayment_amount": "cast(null as decimal(18, 2))",
        "total_cost_amount": "cast(null as decimal(18, 2))",
    }
    names = [name.strip() for name in _CLAIM_COLUMNS.split(",")]
    columns = [f"{own.get(name, f'line.{name}')} as {name}" for name in names]
    wide = [
        f"{side}.{name}_{n}"
        for side, name in (
            ("diagnosis", "diagnosis_code"),
            ("diagnosis", "diagnosis_poa"),
            ("procedure", "procedure_code"),
            ("procedure", "procedure_date"),
        )
        for n in range(1, CODES + 1)
    ]
    return (
        f"with diagnosis as ({diagnoses}), procedure as ({procedures}) "
        f"select {', '.join(columns)}, diagnosis.diagnosis_code_type, procedure.procedure_code_type, "
        f"{', '.join(wide)}, cast(null as boolean) as in_network_flag, line.source_id as data_source, "
        "line.delivery_id as file_name "
        "from claims.medical_claim as line "
        "left join diagnosis on diagnosis.source_id = line.source_id and diagnosis.claim_id = line.claim_id "
        "left join procedure on procedure.source_id = line.source_id and procedure.claim_id = line.claim_id"
    )


def _pharmacy_claim() -> str:
    return f"""
        select claim_id, claim_line_number, cast(person_id as varchar) as person_id,
            cast(person_id as varchar) as member_id, {quote(PAYER)} as payer, {quote(PAYER)} as plan,
            coalesce(prescribing_npi, prescribing_provider_id) as prescribing_provider_npi,
            dispensing_provider_id as dispensing_provider_npi, dispensing_date, ndc_code, quantity,
            days_supply, refills, paid_date, paid_amount,
            coalesce(allowed_amount, gross_drug_cost) as allowed_amount,
            cast(null as decimal(18, 2)) as charge_amount, copayment_amount as coinsurance_amount,
            cast(null as decimal(18, 2)) as copayment_amount,
            cast(null as decimal(18, 2)) as deductible_amount, cast(null as boolean) as in_network_flag,
            source_id as data_source, delivery_id as file_name
        from claims.pharmacy_claim
    """


def _eligibility() -> str:
    """Spans end where the claims end: the layout knows no open span. One part alone is payer type other."""
    race = _case("race_code", _RACE, "'unknown'")
    end = "coalesce(enrollment_end_date, (select max(last_day) from claims.period))"
    return f"""
        select cast(person_id as varchar) as person_id, cast(person_id as varchar) as member_id,
            cast(person_id as varchar) as subscriber_id, gender, {race} as race, birth_date, death_date,
            case when death_date is null then 0 else 1 end as death_flag, enrollment_start_date,
            {end} as enrollment_end_date, {quote(PAYER)} as payer,
            case
                when coalesce(medicare_advantage, false) then 'medicare advantage'
                when part_a and part_b then 'medicare'
                else 'other'
            end as payer_type,
            {quote(PAYER)} as plan, original_reason_entitlement_code, dual_status_code,
            medicare_status_code, state_code as fips_state_code, county_code as fips_county_code, zip_code,
            source_id as data_source, delivery_id as file_name
        from claims.eligibility
        where enrollment_start_date <= {end}
    """


_QUERIES = {"medical_claim": _medical_claim, "pharmacy_claim": _pharmacy_claim, "eligibility": _eligibility}
