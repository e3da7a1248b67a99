"""Who a claim is about and who bills it: the levels (HL) above the claims of an 837."""

from __future__ import annotations

from dataclasses import dataclass

from corridor.sources.x12.codes import codes
from corridor.sources.x12.segments import Segment
from corridor.sources.x12.values import BadValue, days, npi_of, tin_of

_GENDERS = {"M": "male", "F": "female"}
_MEMBER_QUALIFIERS = ("MI", "HN", "II")


@dataclass
class Billing:
    """The billing provider of the claims below it."""

    npi: str | None = None
    tin: str | None = None
    taxonomy: str | None = None
    other_id: str | None = None

    @property
    def key(self) -> str:
        """What tells one billing provider from another."""
        return self.npi or self.tin or self.other_id or ""


@dataclass
class Person:
    """A subscriber or patient. The name tells dependents apart; it goes to the identity table alone."""

    member_id: str | None = None
    name: str = ""
    birth_date: str | None = None
    gender: str = "unknown"
    state: str | None = None
    zip_code: str | None = None
    death_date: str | None = None

    def read(self, segment: Segment) -> None:
        """Take what NM1, N4, DMG or PAT says of the person. Raises BadValue."""
        if segment.name == "NM1":
            self.name = "|".join(segment.get(place).upper() for place in (3, 4))
            if segment.get(8) in _MEMBER_QUALIFIERS:
                self.member_id = segment.get(9).replace("-", "").upper() or None
        elif segment.name == "N4":
            self.state = segment.get(2).upper() or None
            zip_code = segment.get(3)[:5]
            self.zip_code = zip_code if len(zip_code) == 5 and zip_code.isdigit() else None
        elif segment.name == "DMG":
            self.birth_date = days(segment, 1, 2)[0]
            self.gender = _GENDERS.get(segment.get(3), "unknown")
        elif segment.name == "PAT":
            self.death_date = days(segment, 5, 6)[0]


@dataclass
class Coverage:
    """What SBR says of the payer a claim goes to."""

    rank: int = 1
    filing: str | None = None
    other_payer_code: str | None = None
    payer_id: str | None = None

    @classmethod
    def of(cls, segment: Segment) -> Coverage:
        """Read SBR."""
        known = codes()
        rank = int(known["payer_ranks"].get(segment.get(1), 1))
        first = known["primary_payer_codes"].get(segment.get(5), known["other_primary_payer"])
        return cls(rank, segment.get(9) or None, str(first) if rank > 1 else None)


class Parties:
    """The open levels while an 837 is read."""

    def __init__(self) -> None:
        self.level = ""
        self.billing = Billing()
        self.subscriber = Person()
        self.patient: Person | None = None
        self.coverage = Coverage()
        self.bad_dates = 0  # of birth and death: left empty, the claims stand
        self._role = ""

    def read(self, segment: Segment) -> None:
        """Take a segment that stands above the claims."""
        try:
            self._take(segment)
        except BadValue:
            self.bad_dates += 1

    def _take(self, segment: Segment) -> None:
        name = segment.name
        if name == "HL":
            self._open(segment.get(3))
        elif name == "NM1":
            self._role = segment.get(1)
            self._named(segment)
        elif name == "PRV" and segment.get(1) == "BI":
            self.billing.taxonomy = segment.get(3) or None
        elif name == "REF" and self._role == "85" and segment.get(1) in ("EI", "SY"):
            self.billing.tin = tin_of(segment.get(2))
        elif name == "SBR":
            self.coverage = Coverage.of(segment)
        elif name == "PAT":
            (self.patient or self.subscriber).read(segment)
        elif name in ("N4", "DMG"):
            if self._role == "IL":
                self.subscriber.read(segment)
            elif self._role == "QC" and self.patient is not None:
                self.patient.read(segment)

    def _open(self, code: str) -> None:
        self.level, self._role = code, ""
        if code == "20":
            self.billing = Billing()
        elif code == "22":
            self.subscriber, self.patient, self.coverage = Person(), None, Coverage()
        elif code == "23":
            self.patient = Person()

    def _named(self, segment: Segment) -> None:
        if self._role == "85":
            self.billing.npi = npi_of(segment)
            self.billing.other_id = segment.get(9) or segment.get(3)
        elif self._role == "IL":
            self.subscriber.read(segment)
        elif self._role == "QC" and self.patient is not None:
            self.patient.read(segment)
        elif self._role == "PR":
            self.coverage.payer_id = segment.get(9) or None
