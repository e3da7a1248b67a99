"""Part A claims: headers with amounts, revenue lines, diagnoses and procedures."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from corridor.synth.identifiers import Ints

DIAGNOSES = 8
PROCEDURES = 2
TYPES = ("10", "20", "40", "50", "60")
"""Claim types by index."""


@dataclass
class Headers:
    """Part A claims as arrays; amounts in cents. Indices: -1 none.

    facility: index into the block's facilities; type: index into TYPES; standard: the amount at national
    prices without add-ons; covered: what Medicare and the beneficiary owe before sequestration, with add-ons
    (ime, dsh, care).
    """

    person: Ints
    type: Ints
    first: Ints
    last: Ints
    facility: Ints
    cause: Ints
    drg: Ints
    status: Ints
    attending: Ints
    operating: Ints
    admission: Ints
    admitting: Ints
    dx: Ints
    procedures: Ints
    standard: Ints
    covered: Ints
    ime: Ints
    dsh: Ints
    care: Ints
    deductible: Ints
    coinsurance: Ints
    sequestration: Ints
    paid: Ints

    def __len__(self) -> int:
        return len(self.person)

    def take(self, index: Ints) -> Headers:
        """The claims at the given places."""
        return Headers(*(getattr(self, one.name)[index] for one in fields(Headers)))


@dataclass
class RevenueLines:
    """Lines sorted by claim. revenue, hcpcs and hipps: index into the block's code lists; paid in cents."""

    claim: Ints
    number: Ints
    revenue: Ints
    hcpcs: Ints
    units: Ints
    day: Ints
    paid: Ints
    package: Ints


def join_headers(parts: list[Headers]) -> Headers:
    """One set of claims from several."""
    return Headers(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Headers)))


def join_lines(parts: list[RevenueLines], sizes: list[int]) -> RevenueLines:
    """One set of lines from several; ``sizes``: how many claims each part had."""
    shifts = np.cumsum([0, *sizes[:-1]])
    joined = {
        one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(RevenueLines)
    }
    joined["claim"] = np.concatenate([part.claim + shift for part, shift in zip(parts, shifts, strict=True)])
    return RevenueLines(**joined)


def numbered(claim: Ints) -> Ints:
    """Line numbers from 1 within each claim; ``claim`` ascending."""
    if not len(claim):
        return claim
    first = np.flatnonzero(np.r_[True, claim[1:] != claim[:-1]])
    return np.arange(len(claim)) - np.repeat(first, np.diff(np.r_[first, len(claim)])) + 1


def settle(headers: Headers, share: np.ndarray) -> None:
    """Set sequestration and paid from what is covered less what the beneficiary owes."""
    before = np.maximum(headers.covered - headers.deductible - headers.coinsurance, 0)
    headers.sequestration = np.floor(before * share + 0.5).astype(np.int64)
    headers.paid = before - headers.sequestration


def none(size: int) -> Ints:
    """An array of -1."""
    return np.full(size, -1, dtype=np.int64)


def zero(size: int) -> Ints:
    """An array of 0."""
    return np.zeros(size, dtype=np.int64)
