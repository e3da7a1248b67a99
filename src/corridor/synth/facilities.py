"""The facilities of a block as arrays, and the code lists of Part A lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.draws import Floats
from corridor.synth.identifiers import Ints
from corridor.synth.providers import Facility, Providers

TOTAL_LINE = "0001"
_ROOM, _PHARMACY, _LABORATORY = "0120", "0250", "0300"


@dataclass
class Facilities:
    """Arrays by facility; ``places``: kind -> indices of its facilities."""

    all: list[Facility]
    places: dict[str, Ints]
    area: Ints
    wage: Floats
    add_on: Floats

    def near(self, kind: str, area: Ints, person: Ints) -> Ints:
        """A facility of a kind for each person: in the person's area where there is one."""
        group = self.places[kind]
        out = group[person % len(group)]
        for one in np.unique(area):
            here = group[self.area[group] == one]
            if len(here):
                mine = area == one
                out[mine] = here[person[mine] % len(here)]
        return out


def make_facilities(data: Catalogue, providers: Providers) -> Facilities:
    """Put the facilities of a block side by side."""
    everything: list[Facility] = []
    places: dict[str, Ints] = {}
    for kind, made in providers.facilities.items():
        places[kind] = np.arange(len(everything), len(everything) + len(made))
        everything += made
    area = np.array([one.area for one in everything])
    wage = np.array([data.areas[one.area]["wage_index"] for one in everything])
    return Facilities(everything, places, area, wage, np.array([one.add_on for one in everything]))


@dataclass(frozen=True)
class LineCodes:
    """Revenue centres, HCPCS (with HIPPS) and APC codes of Part A lines, each with its index."""

    revenue: dict[str, int]
    hcpcs: dict[str, int]
    package: dict[str, int]


def line_codes(data: Catalogue) -> LineCodes:
    """Every code a Part A line can carry."""
    stays = data.stays
    revenue = [TOTAL_LINE, _ROOM, _PHARMACY, _LABORATORY, stays["hospice"]["revenue"]]
    revenue += stays["skilled_nursing"]["revenue"] + stays["home_health"]["revenue"]
    revenue += [row["revenue"] for row in stays["outpatient"]]
    hcpcs = stays["skilled_nursing"]["hipps"] + stays["home_health"]["hipps"] + [stays["hospice"]["place"]]
    hcpcs += ["G0299", "G0151"] + [row["hcpcs"] for row in stays["outpatient"]]
    package = [row["apc"] for row in stays["outpatient"] if row["apc"]]

    def index(codes: list[str]) -> dict[str, int]:
        return {code: place for place, code in enumerate(dict.fromkeys(codes))}

    return LineCodes(index(revenue), index(hcpcs), index(package))
