"""Part B claims: services become claims and lines with amounts, diagnoses and versions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from corridor.synth.catalogue import Catalogue, place
from corridor.synth.days import year_of
from corridor.synth.draws import Flags
from corridor.synth.edits import refused_lines
from corridor.synth.identifiers import Ints
from corridor.synth.lines import Services
from corridor.synth.money import Amounts, deductible, fee, share
from corridor.synth.people import People
from corridor.synth.providers import Providers
from corridor.synth.seeder import Seeds
from corridor.synth.versions import ORIGINAL, Rates, Versions, joined_versions, make_versions

RATES = Rates(denied=0.022, corrected=0.012, withdrawn=0.003)
_DIAGNOSES = 12


@dataclass
class Carrier:
    """Lines sorted by claim; amounts in cents are those of the final version.

    By line: claim, number (from 1), deductible, coinsurance, sequestration, paid, allowed, standard, denied.
    By claim: dx (shape (claims, 12), -1 none), first_line, versions, claim_denied, other_payer,
    supply (claim type 72, else 71).
    """

    lines: Services
    claim: Ints
    number: Ints
    allowed: Ints
    standard: Ints
    deductible: Ints
    coinsurance: Ints
    sequestration: Ints
    paid: Ints
    line_denied: Flags
    first_line: Ints
    line_count: Ints
    dx: Ints
    versions: Versions
    claim_denied: Flags
    other_payer: Flags
    supply: Flags

    def counts(self) -> Flags:
        """Lines that stand in the end: not denied, not withdrawn."""
        standing = np.zeros(len(self.first_line), dtype=bool)
        standing[self.versions.claim[self.versions.last]] = True
        return ~self.line_denied & (standing & ~self.claim_denied)[self.claim]


@dataclass(frozen=True)
class Processing:
    """How claims fare: shares of claims by version, share of later lines refused, the contractor's edits."""

    rates: Rates = RATES
    line_denial: float = 0.006
    frequency_edits: bool = True


@dataclass(frozen=True)
class _Claims:
    """Services sorted by claim (one person, affiliation, day, place, cause and ``apart`` a claim).

    order: place of each line among the services given; first, count: by claim.
    """

    lines: Services
    order: Ints
    claim: Ints
    first: Ints
    count: Ints
    number: Ints


def make_carrier(
    rng: np.random.Generator,
    data: Catalogue,
    amounts: Amounts,
    services: Services,
    people: People,
    providers: Providers,
) -> Carrier:
    """Sort services into claims and price them."""
    services = services.take(np.flatnonzero(people.part_b[services.person]))
    claims = _claims(data, services, np.zeros(len(services), dtype=np.int64))
    nothing = np.zeros(len(claims.first), dtype=bool)
    none_met = np.zeros(len(services), dtype=np.int64)
    return _processed(rng, data, amounts, claims, people, providers, Processing(), nothing, none_met)


def add_claims(
    rng: np.random.Generator,
    data: Catalogue,
    amounts: Amounts,
    carrier: Carrier,
    seeds: Seeds,
    people: People,
    providers: Providers,
) -> tuple[Carrier, Ints]:
    """Add seeded services as further claims behind those there are, which stay as they are.

    Returns the joint claims and the line of each added service in them. What the others left of the
    deductible is met by these.
    """
    services = seeds.services
    claims = _claims(data, services, seeds.apart)
    deny = np.zeros(len(claims.first), dtype=bool)
    np.logical_or.at(deny, claims.claim, seeds.refused[claims.order])
    met = _met_before(carrier, claims.lines)
    corrected = float(data.billing_seeds["corrected"])
    processing = Processing(Rates(denied=0.0, corrected=corrected, withdrawn=0.0), 0.0, frequency_edits=False)
    added = _processed(rng, data, amounts, claims, people, providers, processing, deny, met)
    line = np.empty(len(services), dtype=np.int64)
    line[claims.order] = np.arange(len(services)) + len(carrier.lines)
    return _joined(carrier, added), line


def _claims(data: Catalogue, services: Services, apart: Ints) -> _Claims:
    supply = data.services.supply[services.service]  # supplies go on a claim of their own (type 72)
    key = services.person.astype(np.int64)
    for part, bits in (
        (services.day, 15),
        (services.affiliation, 11),
        (services.place, 4),
        (services.cause, 2),
        (supply, 1),
        (apart, 3),
    ):
        key = (key << bits) | part.astype(np.int64)
    order = np.argsort(key, kind="stable")
    services, key = services.take(order), key[order]
    opens = np.r_[True, key[1:] != key[:-1]] if len(key) else np.empty(0, dtype=bool)
    claim = np.cumsum(opens) - 1
    first = np.flatnonzero(opens)
    count = np.diff(np.r_[first, len(key)])
    return _Claims(services, order, claim, first, count, np.arange(len(key)) - first[claim] + 1)


def _met_before(carrier: Carrier, lines: Services) -> Ints:
    """What the person's other lines of the year met of the deductible, by line."""
    theirs = carrier.lines.person.astype(np.int64) * 3000 + year_of(carrier.lines.day.astype(np.int64))
    known, place_of = np.unique(theirs, return_inverse=True)
    sums = np.bincount(place_of, weights=carrier.deductible, minlength=len(known)).astype(np.int64)
    mine = lines.person.astype(np.int64) * 3000 + year_of(lines.day.astype(np.int64))
    if not len(known):
        return np.zeros(len(mine), dtype=np.int64)
    found = np.minimum(np.searchsorted(known, mine), len(known) - 1)
    return np.where(known[found] == mine, sums[found], 0)


def _processed(
    rng: np.random.Generator,
    data: Catalogue,
    amounts: Amounts,
    claims: _Claims,
    people: People,
    providers: Providers,
    processing: Processing,
    deny: Flags,
    met_before: Ints,
) -> Carrier:
    services, claim, first = claims.lines, claims.claim, claims.first
    year = year_of(services.day.astype(np.int64))
    practice = providers.practice_of[services.affiliation]
    specialties = np.array(providers.specialties)[providers.clinician_of[services.affiliation]]
    facility = np.isin(services.place, [place("22"), place("21"), place("23"), place("31")])
    area = np.array([one.area for one in providers.practices])[practice]
    nonphysician = np.isin(specialties, ["50", "97"])
    units = services.units.astype(np.int64)
    allowed, standard = fee(data, amounts, services.service, units, facility, nonphysician, year, area)
    through = services.day[first].astype(np.int64)
    other_payer = people.other_payer[services.person[first]] & (rng.random(len(first)) < 0.3)
    versions, denied = make_versions(rng, through, other_payer | deny, processing.rates, ORIGINAL)
    denied = denied | deny
    line_denied = denied[claim] | ((rng.random(len(claim)) < processing.line_denial) & (claims.number > 1))
    if processing.frequency_edits:
        # what is withdrawn later was paid for a while, and counted then
        line_denied = line_denied | refused_lines(data, services, ~line_denied, people, providers)
    allowed = np.where(line_denied, 0, allowed)
    sharing = ~data.services.full_payment[services.service]
    subject = np.where(sharing, allowed, 0)
    limit = np.floor(amounts.of("part_b_deductible", year) * 100 + 0.5).astype(np.int64)
    left = np.maximum(limit - met_before, 0)
    met = deductible(services.person.astype(np.int64) * 3000 + year, subject, left)
    owed = np.where(sharing, share(subject - met, amounts.of("coinsurance_share", year)), 0)
    paid = allowed - met - owed
    # where another insurer pays first, Medicare pays a small rest
    paid = np.where(other_payer[claim], paid // 5, paid)
    withheld = share(paid, amounts.of("sequestration_share", year))
    return Carrier(
        services,
        claim,
        claims.number,
        allowed,
        standard,
        met,
        owed,
        withheld,
        paid - withheld,
        line_denied,
        first,
        claims.count,
        _claim_diagnoses(services, claim, first, claims.number),
        versions,
        denied,
        other_payer,
        data.services.supply[services.service[first]],
    )


def _joined(carrier: Carrier, added: Carrier) -> Carrier:
    """Two sets of claims as one, the second behind the first."""
    parts: dict[str, Any] = {}
    for one in fields(Carrier):
        left, right = getattr(carrier, one.name), getattr(added, one.name)
        if one.name == "lines":
            columns = (
                np.concatenate([getattr(left, c.name), getattr(right, c.name)]) for c in fields(Services)
            )
            parts[one.name] = Services(*columns)
        elif one.name == "versions":
            parts[one.name] = joined_versions(left, right, len(carrier.first_line))
        else:
            shift = {"claim": len(carrier.first_line), "first_line": len(carrier.lines)}.get(one.name)
            parts[one.name] = np.concatenate([left, right if shift is None else right + shift])
    return Carrier(**parts)


def _claim_diagnoses(services: Services, claim: Ints, first: Ints, number: Ints) -> Ints:
    """Up to twelve diagnoses a claim: those of its first line, then the others' own; blanks at the end."""
    dx = np.full((len(first), _DIAGNOSES), -1, dtype=np.int64)
    for column, part in enumerate((services.dx_1, services.dx_2, services.dx_3, services.dx_4)):
        dx[:, column] = part[first]
    more = np.flatnonzero((number > 1) & (number <= _DIAGNOSES - 3))
    own = services.dx_1[more]
    unknown = (dx[claim[more], :4] != own[:, None]).all(axis=1)
    more, own = more[unknown], own[unknown]
    dx[claim[more], number[more] + 2] = own
    for column in range(5, _DIAGNOSES):  # a code twice on one claim stands once
        same = (dx[:, 4:column] == dx[:, column : column + 1]).any(axis=1)
        dx[:, column] = np.where(same, -1, dx[:, column])
    return close_gaps(dx)


def close_gaps(dx: Ints) -> Ints:
    """Move the blanks (-1) of each row to its end, keeping the order of the rest."""
    order = np.argsort(dx < 0, axis=1, kind="stable")
    return np.take_along_axis(dx, order, axis=1)
