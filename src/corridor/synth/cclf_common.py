"""What all claim files share: deliveries, claim numbers, the person and provider columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.draws import Flags
from corridor.synth.identifiers import Bytes, Ints
from corridor.synth.people import People
from corridor.synth.providers import Providers
from corridor.synth.records import code_table, digits

CLAIMS_A_BLOCK = 100_000_000
"""Room for claim numbers in a block; the four kinds of claims have a quarter of it each."""
KINDS = {"parta": 0, "partb": 1, "equipment": 2, "drug": 3}


@dataclass(frozen=True)
class Delivery:
    """One monthly file set: what was loaded after one day and until another, written on ``file_day``."""

    name: str
    file_day: int
    after: int
    until: int


@dataclass
class Block:
    """One block as the writers see it, with the text of its identifiers as byte tables.

    npi, tin, specialty, provider_type, contractor: by affiliation; clinician_npi: by clinician,
    its last row blank.
    """

    number: int
    data: Catalogue
    people: People
    providers: Providers
    npi: Bytes
    tin: Bytes
    specialty: Bytes
    provider_type: Bytes
    contractor: Bytes
    clinician_npi: Bytes

    def claim_number(self, kind: str, version: Ints) -> Ints:
        """The 13-digit number of a version of a claim, unique in the community."""
        return self.number * CLAIMS_A_BLOCK + KINDS[kind] * (CLAIMS_A_BLOCK // 4) + 1 + version

    def control_number(self, kind: str, claim: Ints) -> Bytes:
        """The processor's number of a claim, the same for all its versions: 15 characters."""
        letter = np.full((len(claim), 1), ord("ABEP"[KINDS[kind]]), dtype=np.uint8)
        return np.hstack([letter, digits(self.number * CLAIMS_A_BLOCK + claim, 14)])

    def identifiers(self, delivery: Delivery) -> Bytes:
        """The MBI of each person as of the delivery: shape (people, 11)."""
        changed = self.people.identifier_change <= delivery.file_day
        return np.where(changed[:, None], self.people.current_mbi, self.people.previous_mbi)

    def listed(self, delivery: Delivery) -> Flags:
        """Who is in a delivery: everybody entitled by then who has not declined data sharing."""
        people = self.people
        return (people.entitled <= delivery.file_day) & (people.opt_out > delivery.file_day)


def make_block(number: int, data: Catalogue, people: People, providers: Providers) -> Block:
    """Put identifiers of a block into byte tables."""
    npis = digits(providers.npis, 10)
    practices = [providers.practices[int(i)] for i in providers.practice_of]
    clinician = providers.clinician_of
    kinds = {"solo": "1", "small": "6", "large": "5", "other": "0"}
    macs = [data.areas[one.area]["mac"] for one in practices]
    blank = np.full((1, 10), ord(" "), dtype=np.uint8)
    return Block(
        number,
        data,
        people,
        providers,
        npis[clinician],
        code_table([one.tin for one in practices]),
        code_table([providers.specialties[int(i)] for i in clinician]),
        code_table([kinds[one.kind] for one in practices]),
        code_table(macs),
        np.vstack([npis, blank]),
    )
