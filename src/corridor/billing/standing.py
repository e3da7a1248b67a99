"""Which of a row of services stand, where each may rule out later ones: one pass in the order of days.

A service is held against those that still stand, never against one that goes back itself: of visits in
January, November and the January after, the second is too soon and the third is not. A service that is only
to be looked at may stand or not; what it alone rules out is to be looked at, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

SURE, REVIEW = "sure", "review"


@dataclass(frozen=True, slots=True)
class Service:
    """A claim line in its row.

    role       what its rule knows it as: a kind of visit, a program, a meaning
    limit      months or days that must lie between, as its rule counts them
    followed   the discharge it follows
    too_early  it is ruled out by a day that is no service, such as the beginning of Part B
    repeats    it repeats another line; the audit of duplicates speaks of that
    gone       another audit is sure that it goes back
    doubtful   another audit says that it is to be looked at
    """

    place: int
    day: date
    role: str
    code: str = ""
    npi: str | None = None
    limit: int = 0
    followed: date | None = None
    too_early: bool = False
    repeats: bool = False
    gone: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an earlier service says of a later one. ``stands``: under another code the later is payable."""

    kind: str
    certainty: str = SURE
    weight: int = 0
    stands: bool = False


@dataclass(frozen=True, slots=True)
class Ruled:
    """A service that is ruled out, by another one or (None) by a day."""

    place: int
    other: int | None
    kind: str
    certainty: str


Against = Callable[[Service | None, Service], Verdict | None]


def ruled_out(services: Iterable[Service], against: Against) -> Iterator[Ruled]:
    """The services of one row, in order, that those standing before them rule out; one verdict each.

    ``against`` is asked about an earlier service and the later, and with None about the later alone. Of
    several verdicts the surest is taken, then that of least weight, then that of the latest earlier service.
    """
    standing: list[tuple[Service, bool]] = []
    for service in services:
        best: tuple[tuple[bool, int, int, int], Ruled] | None = None
        payable = True
        for earlier, doubtful in [(None, False), *standing]:
            if service.repeats and earlier is not None and earlier.day == service.day:
                continue
            verdict = against(earlier, service)
            if verdict is None:
                continue
            payable = payable and verdict.stands
            certainty = REVIEW if doubtful or _replaced(earlier, service) else verdict.certainty
            when, other = (-earlier.day.toordinal(), earlier.place) if earlier else (0, None)
            key = (certainty != SURE, verdict.weight, when, other or 0)
            if best is None or key < best[0]:
                best = key, Ruled(service.place, other, verdict.kind, certainty)
        if best is not None:
            yield best[1]
        if service.repeats or service.gone:
            continue
        if best is None:
            standing.append((service, service.doubtful))
        elif payable or best[1].certainty != SURE:
            standing.append((service, True))


def _replaced(earlier: Service | None, later: Service) -> bool:
    """Whether the two may be one service, on a claim that was replaced: one clinician, day and code."""
    return (
        earlier is not None
        and earlier.npi is not None
        and (earlier.npi, earlier.day, earlier.code) == (later.npi, later.day, later.code)
    )


def months_between(earlier: date, later: date) -> int:
    """Calendar months from one day's month to another's."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def wellness(earlier: Service | None, later: Service) -> Verdict | None:
    """Wellness visits: the first once in a life, none within the full months after another or the welcome."""
    if later.role == "welcome":
        return None
    if earlier is None:
        return Verdict("wellness_after_welcome", weight=1) if later.too_early else None
    near = months_between(earlier.day, later.day) <= later.limit
    if earlier.role == "first" and later.role == "first":
        return Verdict("wellness_first_twice", stands=not near)
    if near:
        welcome = earlier.role == "welcome"
        return (
            Verdict("wellness_after_welcome", weight=1) if welcome else Verdict("wellness_too_soon", weight=2)
        )
    if earlier.role == "yearly" and later.role == "first":
        return Verdict("wellness_first_late", REVIEW, weight=3, stands=True)
    return None


def assessment(earlier: Service | None, later: Service) -> Verdict | None:
    """G0136: months are up on the same day of the month; across its change of meaning to be looked at."""
    if earlier is None:
        return None
    months = months_between(earlier.day, later.day) - (later.day.day < earlier.day.day)
    if months >= later.limit:
        return None
    return Verdict("assessment_too_soon", SURE if earlier.role == later.role else REVIEW)


def transitional(earlier: Service | None, later: Service) -> Verdict | None:
    """Transitional care in the days after another; two discharges as far apart allow two."""
    if earlier is None or (later.day - earlier.day).days >= later.limit:
        return None
    if earlier.followed is None or later.followed is None:
        return Verdict("tcm_twice", REVIEW)
    near = (later.followed - earlier.followed).days < later.limit
    return Verdict("tcm_twice") if near else None


def monthly(earlier: Service | None, later: Service) -> Verdict | None:
    """Codes of a calendar month again in it: any of chronic care, else the same code by one clinician."""
    if earlier is None:
        return None
    known = earlier.npi is not None and later.npi is not None
    same = earlier.npi == later.npi
    if later.role == "ccm" and not (known and same):
        return Verdict("ccm_twice", SURE if known else REVIEW)
    if known and not same:
        return None
    return Verdict("monthly_twice", SURE if known and earlier.code == later.code else REVIEW)
