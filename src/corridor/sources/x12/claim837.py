"""Claims of an 837, professional and institutional, as rows of the raw tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corridor.sources.x12.codes import codes
from corridor.sources.x12.parties import Billing, Coverage, Parties, Person
from corridor.sources.x12.segments import Segment
from corridor.sources.x12.values import (
    BadValue,
    amount,
    clean_code,
    day,
    days,
    key_of,
    npi_of,
    plain_number,
)

Row = dict[str, Any]
# NM1 role -> the column it fills, on the claim and on a line
_ROLES = {
    "82": "rendering_npi",
    "71": "attending_npi",
    "72": "operating_npi",
    "DN": "referring_npi",
    "DK": "ordering_npi",
    "DQ": "supervising_npi",
    "77": "facility_npi",
}
_REPEATED_CAS = 6  # adjustments in one CAS segment


@dataclass
class Claim:
    """One CLM loop. ``values`` are columns of x12_raw.claim; the lists are rows of the tables below it."""

    number: int
    billing: Billing
    subscriber: Person
    patient: Person | None
    coverage: Coverage
    values: Row = field(default_factory=dict)
    lines: list[Row] = field(default_factory=list)
    diagnoses: list[Row] = field(default_factory=list)
    procedures: list[Row] = field(default_factory=list)
    codes: list[Row] = field(default_factory=list)
    other_payers: list[Row] = field(default_factory=list)
    adjustments: list[Row] = field(default_factory=list)
    problem: BadValue | None = None


class ClaimReader:
    """Feeds on the segments of one transaction set and yields its claims."""

    def __init__(self, component: str) -> None:
        self.component = component
        self.parties = Parties()
        self.created = ""
        self.claim: Claim | None = None
        self._place = ""  # claim, other or line: where in the claim the reader is
        self._target: Row = {}  # what the provider named last belongs to
        self._role = ""

    def feed(self, segment: Segment) -> Iterator[Claim]:
        """Take one segment; yields the claim that it ends, if any."""
        name = segment.name
        if name in ("CLM", "HL", "SE"):
            if self.claim is not None:
                yield self.claim
            self.claim = None
        if name == "BHT":
            self.created = f"{segment.get(4)}{segment.get(5)[:6]:0<6}"
        elif name == "CLM":
            self._begin(segment)
        elif self.claim is not None:
            try:
                self._within(self.claim, segment)
            except BadValue as problem:
                self.claim.problem = self.claim.problem or problem
        elif name != "SE":
            self.parties.read(segment)

    def _begin(self, segment: Segment) -> None:
        parties = self.parties
        claim = Claim(segment.number, parties.billing, parties.subscriber, parties.patient, parties.coverage)
        self.claim, self._place, self._role = claim, "claim", ""
        place = segment.parts(5, self.component)
        facility, frequency = place[0], place[2] if len(place) > 2 else ""
        institutional = len(place) > 1 and place[1] == "A"
        claim.values = {
            "number_key": key_of("number", segment.get(1)),
            "claim_key": key_of("claim", parties.billing.key, segment.get(1)),
            "facility_code": facility or None,
            "frequency_code": frequency or None,
            "action": codes()["actions"].get(frequency, "original"),
            "bill_type_code": f"{facility}{frequency}" if institutional and facility else None,
            "created_at": self.created,
        }
        self._target = claim.values
        try:
            claim.values["charge_amount"] = amount(segment, 2)
        except BadValue as problem:
            claim.problem = problem

    def _within(self, claim: Claim, segment: Segment) -> None:
        name = segment.name
        if name == "LX":
            self._place = "line"
            claim.lines.append({"line_number": len(claim.lines) + 1})
            self._target = claim.lines[-1]
        elif name == "SBR":
            self._place = "other"
            coverage = Coverage.of(segment)
            claim.other_payers.append({"payer_rank": coverage.rank, "filing_code": coverage.filing})
            self._target = {}
        elif self._place == "line":
            self._line(claim, claim.lines[-1], segment)
        elif self._place == "other":
            self._other(claim, claim.other_payers[-1], segment)
        else:
            self._claim(claim, segment)

    # ---- the claim as a whole ---------------------------------------------------------------

    def _claim(self, claim: Claim, segment: Segment) -> None:
        name, values = segment.name, claim.values
        if name == "NM1":
            self._provider(segment)
        elif name == "PRV":
            self._taxonomy(segment)
        elif name == "DTP":
            first, last = days(segment, 2, 3)
            if segment.get(1) == "434":
                values["statement_from"], values["statement_to"] = first, last
            elif segment.get(1) == "435":
                values["admission_date"] = first
            elif segment.get(1) == "096" and segment.get(2) != "TM":
                values["discharge_date"] = first
        elif name == "CL1":
            values["admit_type_code"] = segment.get(1) or None
            values["admit_source_code"] = segment.get(2) or None
            values["discharge_status_code"] = segment.get(3) or None
        elif name == "REF" and segment.get(1) == "F8":
            values["original_key"] = key_of("payer", segment.get(2))
        elif name == "AMT" and segment.get(1) == "F5":
            values["patient_paid_amount"] = amount(segment, 2)
        elif name == "HCP":
            values["repriced_amount"] = amount(segment, 2)
            values["repriced_savings_amount"] = amount(segment, 3)
        elif name == "HI":
            self._information(claim, segment)

    def _provider(self, segment: Segment) -> None:
        self._role = segment.get(1)
        column = _ROLES.get(self._role)
        if column is not None:
            self._target[column] = npi_of(segment)

    def _taxonomy(self, segment: Segment) -> None:
        if self._role == "82":
            self._target["rendering_taxonomy_code"] = segment.get(3) or None

    def _information(self, claim: Claim, segment: Segment) -> None:
        known = codes()
        for at in range(1, len(segment.elements)):
            parts = segment.parts(at, self.component)
            parts += [""] * (9 - len(parts))
            qualifier, code = parts[0], clean_code(parts[1])
            if code is None:
                continue
            if qualifier in known["diagnoses"]:
                role, system = known["diagnoses"][qualifier]
                claim.diagnoses.append(
                    {
                        "place": len(claim.diagnoses) + 1,
                        "role": role,
                        "diagnosis_code": code,
                        "diagnosis_code_type": system,
                        "present_on_admission": parts[8] or None,
                    }
                )
            elif qualifier in known["procedures"]:
                role, system = known["procedures"][qualifier]
                claim.procedures.append(
                    {
                        "place": len(claim.procedures) + 1,
                        "role": role,
                        "procedure_code": code,
                        "procedure_code_type": system,
                        "procedure_date": day(parts[3]),
                    }
                )
            elif qualifier == known["drg"]:
                claim.values["drg_code"] = code
            elif qualifier in known["claim_codes"]:
                first, _, last = parts[3].partition("-")
                claim.codes.append(
                    {
                        "place": len(claim.codes) + 1,
                        "kind": known["claim_codes"][qualifier],
                        "code": code,
                        "first_date": day(first),
                        "last_date": day(last or first),
                        "amount": plain_number(parts[4]),
                    }
                )

    # ---- other payers -----------------------------------------------------------------------

    def _other(self, claim: Claim, payer: Row, segment: Segment) -> None:
        name = segment.name
        if name == "CAS":
            claim.adjustments += _adjustments(segment, {"payer_rank": payer["payer_rank"]})
        elif name == "AMT":
            column = {"D": "paid_amount", "EAF": "patient_amount", "A8": "not_covered_amount"}.get(
                segment.get(1)
            )
            if column:
                payer[column] = amount(segment, 2)
        elif name == "NM1" and segment.get(1) == "PR":
            payer["payer_id"] = segment.get(9) or None

    # ---- lines ------------------------------------------------------------------------------

    def _line(self, claim: Claim, line: Row, segment: Segment) -> None:
        name = segment.name
        if name in ("SV1", "SV2"):
            self._service(claim, line, segment)
        elif name == "DTP" and segment.get(1) == "472":
            line["line_from"], line["line_to"] = days(segment, 2, 3)
        elif name == "NM1":
            self._provider(segment)
        elif name == "PRV":
            self._taxonomy(segment)
        elif name == "REF" and segment.get(1) == "6R":
            line["line_key"] = key_of("line", segment.get(2))
        elif name == "HCP":
            line["repriced_amount"] = amount(segment, 2)
            line["repriced_savings_amount"] = amount(segment, 3)
        elif name == "LIN" and segment.get(2) == "N4":
            line["ndc_code"] = clean_code(segment.get(3))
        elif name == "SVD":
            paid = amount(segment, 2)
            claim.other_payers.append(
                {"line_number": line["line_number"], "payer_id": segment.get(1) or None, "paid_amount": paid}
            )
        elif name == "CAS":
            claim.adjustments += _adjustments(segment, {"line_number": line["line_number"]})

    def _service(self, claim: Claim, line: Row, segment: Segment) -> None:
        professional = segment.name == "SV1"
        code_at = 1 if professional else 2
        parts = segment.parts(code_at, self.component)
        line.update(procedure_columns(parts))
        line["charge_amount"] = amount(segment, code_at + 1)
        line["unit_code"] = segment.get(code_at + 2) or None
        line["quantity"] = amount(segment, code_at + 3)
        if professional:
            line["place_of_service_code"] = segment.get(5) or claim.values["facility_code"]
            pointer = segment.parts(7, self.component)[0]
            listed = claim.diagnoses
            if pointer.isdigit() and 0 < int(pointer) <= len(listed):
                line["line_diagnosis_code"] = listed[int(pointer) - 1]["diagnosis_code"]
        else:
            line["revenue_center_code"] = segment.get(1) or None


def procedure_columns(parts: list[str]) -> Row:
    """HCPCS code and modifiers of a composite procedure; an NDC or a revenue code under its own column."""
    padded = parts + [""] * 6
    columns: Row = {"hcpcs_code": None}
    if padded[0] in ("HC", "WK"):
        columns["hcpcs_code"] = clean_code(padded[1])
        for n in range(1, 5):
            columns[f"hcpcs_modifier_{n}"] = clean_code(padded[n + 1])
    elif padded[0] == "NU":
        columns["revenue_center_code"] = padded[1] or None
    elif padded[0] == "N4":
        columns["ndc_code"] = clean_code(padded[1])
    return columns


def _adjustments(segment: Segment, where: Row) -> list[Row]:
    return [{**where, **row} for row in adjustment_rows(segment)]


def adjustment_rows(segment: Segment) -> list[Row]:
    """The adjustments of a CAS segment: group, reason, amount, quantity. Raises BadValue."""
    rows = []
    for n in range(_REPEATED_CAS):
        at = 2 + 3 * n
        if segment.get(at):
            rows.append(
                {
                    "group_code": segment.get(1),
                    "reason_code": segment.get(at),
                    "amount": amount(segment, at + 1),
                    "quantity": amount(segment, at + 2),
                }
            )
    return rows
