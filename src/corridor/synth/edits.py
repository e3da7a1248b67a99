"""What the contractor's frequency edits refuse: repeats that the law pays once.

No draws: the same lines are refused whatever else is made. They stay on their claims, denied.
"""

from __future__ import annotations

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.days import month_of
from corridor.synth.draws import Flags
from corridor.synth.identifiers import Ints
from corridor.synth.lines import Services
from corridor.synth.people import People
from corridor.synth.providers import Providers

WELLNESS = ("G0438", "G0439")
MONTHLY = (("G0556", "G0557", "G0558"), ("99490",))
WELLNESS_MONTHS = 12  # the twelfth month after the one of the last visit: eleven full months between


def refused_lines(
    data: Catalogue, services: Services, paid: Flags, people: People, providers: Providers
) -> Flags:
    """Lines refused among those to be paid: exact repeats, monthly codes, wellness visits too soon."""
    out = np.zeros(len(services), dtype=bool)
    clinician = providers.clinician_of[services.affiliation]
    columns = (services.person, services.day, clinician, services.service, services.modifier)
    out |= _repeats(columns, paid)
    month = month_of(services.day.astype(np.int64))
    for codes in MONTHLY:
        of_kind = np.isin(services.service, [data.services[code] for code in codes])
        out |= _repeats((services.person, month), paid & of_kind & ~out)
    wellness = paid & ~out & np.isin(services.service, [data.services[code] for code in WELLNESS])
    return out | _too_soon(services, month, wellness, people)


def _repeats(columns: tuple[Ints, ...], among: Flags) -> Flags:
    """All but the first line (in order of lines) of each group of equal columns."""
    out = np.zeros(len(among), dtype=bool)
    index = np.flatnonzero(among)
    if not len(index):
        return out
    keys = np.stack([column[index].astype(np.int64) for column in columns])
    order = np.lexsort(keys[::-1])
    same = (keys[:, order[1:]] == keys[:, order[:-1]]).all(axis=0)
    out[index[order[1:][same]]] = True
    return out


def _too_soon(services: Services, month: Ints, wellness: Flags, people: People) -> Flags:
    """Wellness visits in the first twelve months of Part B, or before eleven full months have passed."""
    out = np.zeros(len(wellness), dtype=bool)
    index = np.flatnonzero(wellness)
    index = index[np.lexsort((services.day[index], services.person[index]))]
    begun = month_of(people.entitled)
    last: dict[int, int] = {}
    for line in index.tolist():
        person, of_month = int(services.person[line]), int(month[line])
        if (
            of_month < int(begun[person]) + WELLNESS_MONTHS
            or of_month < last.get(person, 0) + WELLNESS_MONTHS
        ):
            out[line] = True
        else:
            last[person] = of_month
    return out
