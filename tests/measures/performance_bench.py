"""A bench for the steps of utilization, performance and spending: small tables, the real SQL, rows back."""

from __future__ import annotations

from functools import cache
from typing import Any

from corridor.law import Rules, load_rules
from tests.claims.canonical import CANONICAL, OTHER, _columns
from tests.claims.workbench import Row, Workbench, day

LINE = _columns(
    """source_id, claim_id, claim_line_number INTEGER, part, person_id BIGINT, service_date DATE,
    month INTEGER, service_category, npi, tin, facility_ccn, claim_type_code, hcpcs_code,
    place_of_service_code, paid_amount MONEY, allowed_amount MONEY, standardized_amount MONEY,
    expenditure_amount MONEY,
    quantity QUANTITY, post_acute BOOLEAN, virtual_mode, service_month INTEGER"""
)
TABLES = {
    "population.claim_line": LINE,
    "population.enrollment_month": _columns(
        """person_id BIGINT, month INTEGER, year INTEGER, enrollment_type,
        fee_for_service BOOLEAN, age INTEGER"""
    ),
    "population.member_month": _columns("person_id BIGINT, month INTEGER, expenditure MONEY"),
    "population.month": _columns("month INTEGER, first_day DATE, last_day DATE, year INTEGER"),
    "population.person_year": _columns(
        """person_id BIGINT, year INTEGER, enrollment_type, member_months BIGINT, expenditure MONEY,
        truncated_annualized DOUBLE"""
    ),
    "population.risk": _columns("person_id BIGINT, payment_year INTEGER, relative_risk DOUBLE"),
    "population.condition": _columns("person_id BIGINT, condition"),
    "attribution.person": _columns("person_id BIGINT, aco_id, tin, npi, site_id, region"),
    "attribution.participant": _columns("tin, aco_id"),
    "attribution.reach_participant": _columns("tin, npi, aco_id, is_trial BOOLEAN"),
    "claims.person": _columns("person_id BIGINT, birth_date DATE, death_date DATE, gender"),
    "claims.period": _columns("source_id, first_day DATE, last_day DATE, lines BIGINT"),
    "claims.clinician_specialty": _columns("service_year INTEGER, npi, specialty_code"),
    "claims.service_line": _columns(
        """source_id, claim_id, claim_line_number INTEGER, part, person_id BIGINT, service_date DATE,
        ndc_code, npi, quantity QUANTITY, days_supply INTEGER, paid_amount MONEY, gross_drug_cost MONEY,
        standardized_amount MONEY"""
    ),
    "claims.medical_claim": CANONICAL["medical_claim"],
    "claims.claim_diagnosis": CANONICAL["claim_diagnosis"],
    "claims.claim_procedure": CANONICAL["claim_procedure"],
    "org_raw.provider_roster": OTHER["org_raw.provider_roster"],
    "reference.ccs_diagnosis": _columns("diagnosis_code, ccs_category, vintage"),
    "reference.ccs_procedure": _columns("procedure_code, ccs_category, vintage"),
    "reference.readmission_acute_diagnosis": _columns("diagnosis_code, vintage"),
    "reference.readmission_planned_procedure": _columns("procedure_code, vintage"),
    "reference.readmission_surgery_procedure": _columns("procedure_code, specialty_cohort, vintage"),
    "reference.readmission_cohort": _columns("kind, ccs_category, specialty_cohort, vintage"),
    "reference.readmission_exclusion": _columns("ccs_category, exclusion_category, vintage"),
    "reference.sensitive_code": _columns("code, value_set_name, pqi_number, vintage"),
    "reference.emergency_classification": _columns(
        """diagnosis_code, emergent_unpreventable DOUBLE, emergent_preventable DOUBLE,
        emergent_primary_care DOUBLE, non_emergent DOUBLE, vintage"""
    ),
}


@cache
def _law() -> Rules:
    return load_rules(["asm", "claims", "performance"])


class Bench(Workbench):
    """Every input table is there, empty until a test gives it rows. The measured year is 2025."""

    def __init__(self, overrides: dict[str, Any] | None = None) -> None:
        super().__init__(performance_year=2027, data_year=2025)
        law = load_rules(["asm", "claims", "performance"], overrides=overrides) if overrides else _law()
        self.force = law.in_force(2027)
        self.lines: list[Row] = []
        self.medical: list[Row] = []
        self.diagnoses: list[Row] = []
        self.procedures: list[Row] = []
        self.persons: list[Row] = []
        self.months: list[Row] = []
        for table, columns in TABLES.items():
            self.give(table, [], columns)
        self.give(
            "claims.period",
            [{"source_id": "S", "first_day": day("2024-01-01"), "last_day": day("2025-12-31"), "lines": 1}],
            TABLES["claims.period"],
        )

    def person(
        self, person_id: int, birth: str = "1950-01-01", gender: str = "male", months: int = 24,
        first_year: int = 2024,
    ) -> None:  # fmt: skip
        """A person in fee for service for the first so many months from January of the first year."""
        self.persons.append({"person_id": person_id, "birth_date": day(birth), "gender": gender})
        for at in range(months):
            year = first_year + at // 12
            self.months.append(
                {
                    "person_id": person_id, "month": year * 100 + at % 12 + 1, "year": year,
                    "enrollment_type": "aged_non_dual", "fee_for_service": True, "age": year - int(birth[:4]),
                }
            )  # fmt: skip

    def stay(
        self, claim: str, person: int, start: str, end: str, diagnosis: str = "I5033", ccn: str = "330001",
        procedures: tuple[str, ...] = (), others: tuple[str, ...] = (), discharge: str = "01",
        paid: float = 1000, category: str = "inpatient", claim_type: str = "60", **more: Any,
    ) -> None:  # fmt: skip
        """One inpatient (or other facility) claim of one line."""
        head = {"source_id": "S", "claim_id": claim, "person_id": person}
        self.medical.append(
            head | {
                "claim_line_number": 1, "claim_type": "institutional", "claim_type_code": claim_type,
                "claim_start_date": day(start), "claim_end_date": day(end), "admission_date": day(start),
                "discharge_date": day(end), "facility_ccn": ccn, "discharge_disposition_code": discharge,
                "paid_amount": paid,
            } | more
        )  # fmt: skip
        self.line(
            claim, person, start, category=category, paid=paid, ccn=ccn, claim_type=claim_type, part="A"
        )
        for place, code in enumerate((diagnosis, *others), start=1):
            self.diagnoses.append(head | {"diagnosis_sequence": place, "diagnosis_code": code})
        for place, code in enumerate(procedures, start=1):
            self.procedures.append(head | {"procedure_sequence": place, "procedure_code": code})

    def line(
        self, claim: str, person: int, date: str, *, category: str = "professional", code: str | None = None,
        paid: float = 100, npi: str | None = None, tin: str | None = None, ccn: str | None = None,
        number: int = 1, claim_type: str = "71", part: str = "B", place: str = "11", quantity: float = 1,
        diagnoses: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """One line of population.claim_line; with diagnoses, a professional claim of its own too."""
        month = int(date[:4]) * 100 + int(date[5:7])
        self.lines.append(
            {
                "source_id": "S", "claim_id": claim, "claim_line_number": number, "part": part,
                "person_id": person, "service_date": day(date), "month": month, "service_category": category,
                "npi": npi, "tin": tin, "facility_ccn": ccn, "claim_type_code": claim_type,
                "hcpcs_code": code, "place_of_service_code": place, "paid_amount": paid,
                "allowed_amount": paid,
                "standardized_amount": paid, "expenditure_amount": paid, "quantity": quantity,
                "post_acute": category in ("skilled_nursing", "inpatient_rehabilitation", "home_health"),
                "service_month": month,
            }
        )  # fmt: skip
        if diagnoses:
            head = {"source_id": "S", "claim_id": claim, "person_id": person}
            self.medical.append(
                head | {
                    "claim_line_number": number, "claim_type_code": claim_type, "claim_start_date": day(date),
                    "claim_end_date": day(date),
                }
            )  # fmt: skip
            for sequence, diagnosis in enumerate(diagnoses, start=1):
                self.diagnoses.append(head | {"diagnosis_sequence": sequence, "diagnosis_code": diagnosis})

    def table(self, name: str, rows: list[Row]) -> None:
        """Rows of one of TABLES, in statements of many rows: a row at a time is slow."""
        columns = TABLES[name]
        self.give(name, [], columns)
        for at in range(0, len(rows), 200):
            piece = rows[at : at + 200]
            unknown = {column for row in piece for column in row} - set(columns)
            assert not unknown, f"{name} has no column {sorted(unknown)}"
            one = f"({', '.join('?' * len(columns))})"
            self.con.execute(
                f"insert into {name} values {', '.join([one] * len(piece))}",
                [row.get(column) for row in piece for column in columns],
            )

    def load(self) -> None:
        """Put what was gathered into its tables."""
        self.table("population.claim_line", self.lines)
        self.table("claims.medical_claim", self.medical)
        self.table("claims.claim_diagnosis", self.diagnoses)
        self.table("claims.claim_procedure", self.procedures)
        self.table("claims.person", self.persons)
        self.table("population.enrollment_month", self.months)
