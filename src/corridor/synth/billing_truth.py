"""billing_truth.csv: the billing errors of the community, and what it leaves unbilled, as it was made.

Each row is one line that must be found, or one person's month that is left unbilled. What is left unbilled
follows from how the people were made (who answers for whom, who has which condition) and from the text of the
rules; what the audits assume beyond them (when a patient counts as active, what claims must show) has no say.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from corridor.synth.background import apcm_level
from corridor.synth.care import Care
from corridor.synth.catalogue import modifier
from corridor.synth.cclf_common import Block, Delivery
from corridor.synth.days import Period, iso, month_of, month_start
from corridor.synth.draws import Flags
from corridor.synth.identifiers import Ints
from corridor.synth.versions import CANCELLATION

COLUMNS = (
    "audit",
    "kind",
    "direction",
    "claim_id",
    "claim_line_number",
    "other_claim_id",
    "other_claim_line_number",
    "person",
    "npi",
    "tin",
    "service_date",
    "month",
    "hcpcs_code",
    "other_hcpcs_code",
    "must_find",
)
APCM = ("G0556", "G0557", "G0558")
_OFFICE = ("99202", "99203", "99204", "99205", "99212", "99213", "99214", "99215")
_HOME = ("99348", "99349")
_SEEN = (*_OFFICE, *_HOME, "G0402", "G0438", "G0439")
_TRANSITIONAL = ("99495", "99496")
# what the same practice may not bill in a month of advanced primary care management
_BUNDLED = (
    *("99490", "99439", "99487", "99489", "99491", "99437", "99424", "99425", "99426", "99427"),
    *(*_TRANSITIONAL, "99446", "99447", "99448", "99449", "99451", "99452", "G2250", "G2251", "G2252"),
    *("99421", "99422", "99423"),
)
_INTEGRATION = ("99484", "99492", "99493", "G2214", "G0568", "G0569", "G0570")
_TREATED = {
    "heart_failure": ("heart_failure", "atrial_fibrillation", "coronary"),
    "near_heart_failure": ("heart_failure", "atrial_fibrillation", "coronary"),
    "oncology": ("cancer", "lung_cancer"),
    "kidney": ("kidney", "end_stage_renal"),
    "lung": ("copd",),
    "endocrine": ("diabetes",),
}
_NO_NEW_PATIENT = 36  # months: who was seen by the practice within three years needs no initiating visit
# of two equal services of one day the claim that comes later is the one too many
_ONE_TOO_MANY = ("wellness_too_soon", "assessment_too_soon", "apcm_twice", "ccm_twice", "tcm_twice")
# wrong by itself: the line beside it only explains
_BY_ITSELF = ("addon_without_apcm",)
Rows = Iterator[list[object]]


class BillingTruth:
    """The truth of one block as of a delivery."""

    def __init__(self, block: Block, care: Care, delivery: Delivery, period: Period) -> None:
        self.block, self.care, self.period, self.delivery = block, care, period, delivery
        carrier, lines = care.carrier, care.carrier.lines
        self.kinds: dict[str, dict[str, str]] = block.data.billing_seeds["kinds"]
        self.version = _standing_versions(care, delivery)
        listed = block.listed(delivery)
        self.stands = (self.version[carrier.claim] >= 0) & ~carrier.line_denied & listed[lines.person]
        self.clinician = block.providers.clinician_of[lines.affiliation]
        self.month = month_of(lines.day.astype(np.int64))
        self.mbis = block.identifiers(delivery)
        self.listed = listed
        # texts of every row, made once
        providers = block.providers
        self.codes = [name.split("-")[0] for name in block.data.services.index]
        self.claims = [f"{one:013d}" for one in block.claim_number("partb", self.version).tolist()]
        self.bills = [
            (str(npi), providers.practices[practice].tin)
            for npi, practice in zip(
                providers.npis[providers.clinician_of].tolist(), providers.practice_of.tolist(), strict=True
            )
        ]
        self.people = [bytes(one).decode("ascii") for one in self.mbis]
        self.iso = cache(iso)

    def rows(self) -> Rows:
        """All rows: what was put in, what the community does by chance, what it leaves unbilled."""
        for kind, line, other in self.care.errors:
            for one, against in zip(line.tolist(), other.tolist(), strict=True):
                if against >= 0 and not self.stands[against] and kind in _BY_ITSELF:
                    against = -1
                if self.stands[one] and (against < 0 or self.stands[against]):
                    yield self._line(kind, *self._in_order(kind, one, against))
        yield from self._without_visit()
        yield from self._complexity_missed()
        yield from self._months_missed()

    def _in_order(self, kind: str, line: int, against: int) -> tuple[int, int]:
        """The line and the one before it: by claim and line where both are of one day."""
        carrier, day = self.care.carrier, self.care.carrier.lines.day
        if kind not in _ONE_TOO_MANY or against < 0 or day[line] != day[against]:
            return line, against
        places = [(self.claims[carrier.claim[one]], int(carrier.number[one])) for one in (line, against)]
        return (line, against) if places[0] > places[1] else (against, line)

    def _of(self, *codes: str) -> Flags:
        services = self.block.data.services
        known = [services[code] for code in codes if code in services.index]
        mine: Flags = self.stands & np.isin(self.care.carrier.lines.service, known)
        return mine

    def _encounter(self, line: Ints) -> Ints:
        """Person, day and clinician as one number."""
        lines = self.care.carrier.lines
        key = lines.person[line].astype(np.int64) << 32 | lines.day[line].astype(np.int64) << 14
        encounter: Ints = key | self.clinician[line]
        return encounter

    def _without_visit(self) -> Rows:
        """Add-ons whose visit was refused though they were paid: chance, not a story."""
        told = {
            one
            for kind, line, _ in self.care.errors
            if kind == "g2211_without_visit"
            for one in line.tolist()
        }
        addon = np.flatnonzero(self._of("G2211"))
        visit = self._encounter(np.flatnonzero(self._of(*_OFFICE, *_HOME)))
        alone = addon[~np.isin(self._encounter(addon), visit)]
        for one in alone.tolist():
            if one not in told:
                yield self._line("g2211_without_visit", one)

    def _complexity_missed(self) -> Rows:
        """Visits without the add-on to the person's own doctor.

        Visits to who treats a serious condition for long may carry it as well: whether they do is for the
        record to show, so that finding them is right and not finding them no miss.
        """
        lines = self.care.carrier.lines
        start, home = month_start(2024, 1), month_start(2026, 1)
        visit = self._of(*_OFFICE) & (lines.day >= start) | self._of(*_HOME) & (lines.day >= home)
        visit &= lines.modifier != modifier("25")
        own = self.clinician == self.care.doctor[lines.person]
        index = np.flatnonzero(visit & (own | self._long_treated()))
        _, first = np.unique(self._encounter(index), return_index=True)  # one add-on a day and clinician
        index = index[first]
        addon = self._encounter(np.flatnonzero(self._of("G2211")))
        for one in index[~np.isin(self._encounter(index), addon)].tolist():
            yield self._line("g2211_missed", one, other_code="G2211", must=bool(own[one]))

    def _long_treated(self) -> Flags:
        """Lines of who treats a serious condition of the person for long, or of somebody beside them."""
        lines, people = self.care.carrier.lines, self.block.people
        roles = np.array(self.block.providers.roles)[self.clinician]
        out: Flags = lines.cause > 0
        for role, conditions in _TREATED.items():
            held = np.any([people.dx[name] >= 0 for name in conditions], axis=0)
            out |= (roles == role) & held[lines.person]
        return out

    def _months_missed(self) -> Rows:
        """Person-months without advanced primary care management, and with it but without integration.

        Everybody of a practice qualifies who is in fee-for-service with Part B and needs no initiating visit,
        or has had one in the month: the clinician who may bill is the doctor the person was given.
        """
        people, lines, care = self.block.people, self.care.carrier.lines, self.care
        providers = self.block.providers
        level = apcm_level(self.block.data, people)
        bill = providers.first[care.doctor]
        same_practice = providers.practice_of[lines.affiliation] == providers.practice_of[bill][lines.person]
        own = self.clinician == care.doctor[lines.person]
        visits = np.cumsum(self._grid(self._of(*_SEEN, *_TRANSITIONAL) & same_practice), axis=1)
        before = np.zeros_like(visits)
        before[:, _NO_NEW_PATIENT:] = visits[:, :-_NO_NEW_PATIENT]
        billed, own_billed = self._grid(self._of(*APCM)), self._grid(self._of(*APCM) & own)
        missed = (visits > before) & ~billed & ~self._grid(self._of(*_BUNDLED) & same_practice)
        alone = own_billed & ~self._grid(self._of(*_INTEGRATION))
        everyone, depressed = np.arange(len(people)), people.dx["depression"] >= 0
        for place in range(self.period.months):
            first = month_start(self.period.first_year, self.period.first_month + place)
            last = month_start(self.period.first_year, self.period.first_month + place + 1) - 1
            if first < month_start(2025, 1):
                continue
            here = people.part_b & self.listed & (people.hospice_from > last)
            for day in (first, last):
                here &= people.enrolled(everyone, np.full(len(people), day))
            for who in np.flatnonzero(here & missed[:, place]).tolist():
                yield self._month("apcm_missed", who, bill[who], first, self.codes[level[who]])
            if first >= month_start(2026, 1):
                for who in np.flatnonzero(here & alone[:, place] & depressed).tolist():
                    yield self._month("integration_missed", who, bill[who], first, "G0570")

    def _grid(self, of: Flags) -> Flags:
        """Whether a person has such a line in a month: shape (people, months of the period)."""
        grid = np.zeros((len(self.block.people), self.period.months), dtype=bool)
        start = int(month_of(np.array([self.period.start]))[0])
        place = self.month - start
        of = of & (place >= 0) & (place < self.period.months)
        grid[self.care.carrier.lines.person[of], place[of]] = True
        return grid

    def _line(
        self, kind: str, line: int, other: int = -1, other_code: str = "", must: bool = True
    ) -> list[object]:
        carrier, lines = self.care.carrier, self.care.carrier.lines
        day = self.iso(int(lines.day[line]))
        against: tuple[object, object] = ("", "")
        if other >= 0:
            against = (self.claims[carrier.claim[other]], int(carrier.number[other]))
            other_code = self.codes[lines.service[other]]
        return [
            *self._head(kind),
            self.claims[carrier.claim[line]],
            int(carrier.number[line]),
            *against,
            self.people[lines.person[line]],
            *self.bills[lines.affiliation[line]],
            day,
            day[:4] + day[5:7],
            self.codes[lines.service[line]],
            other_code,
            "yes" if must else "no",
        ]

    def _month(self, kind: str, person: int, bill: int, first: int, code: str) -> list[object]:
        day = self.iso(first)
        who = (self.people[person], *self.bills[bill])
        return [*self._head(kind), "", "", "", "", *who, "", day[:4] + day[5:7], code, "", "yes"]

    def _head(self, kind: str) -> tuple[str, str, str]:
        return (self.kinds[kind]["audit"], kind, self.kinds[kind]["direction"])


def _standing_versions(care: Care, delivery: Delivery) -> Ints:
    """The version of each claim that stands as of a delivery; -1: denied, withdrawn, not loaded, unclear."""
    carrier = care.carrier
    versions = carrier.versions
    loaded = np.flatnonzero(versions.loaded <= delivery.until)
    cancels = versions.type[loaded] == CANCELLATION
    size = len(carrier.first_line)
    cancelled = np.bincount(versions.claim[loaded[cancels]], minlength=size)
    paid = np.bincount(versions.claim[loaded[~cancels]], minlength=size)
    out = np.full(size, -1, dtype=np.int64)
    out[versions.claim[loaded[~cancels]]] = loaded[~cancels]  # the later of two
    return np.where((paid - cancelled == 1) & ~carrier.claim_denied, out, -1)
