"""The pass over services that may rule out later ones: what stands, what goes back, what is left open."""

from __future__ import annotations

from datetime import date

from corridor.billing.standing import (
    REVIEW,
    SURE,
    Against,
    Service,
    Verdict,
    assessment,
    monthly,
    ruled_out,
    transitional,
    wellness,
)


def found(services: list[Service], against: Against) -> list[tuple[int, int | None, str, str]]:
    return [(one.place, one.other, one.kind, one.certainty) for one in ruled_out(services, against)]


def near(earlier: Service | None, later: Service) -> Verdict | None:
    """Thirty days apart, nothing else."""
    return Verdict("near") if earlier and (later.day - earlier.day).days < 30 else None


def days(*given: int, **each: bool) -> list[Service]:
    return [Service(place, date.fromordinal(738_000 + n), "x", **each) for place, n in enumerate(given)]


def test_a_chain_of_twenty_days_each_leaves_every_other_one() -> None:
    """Days 0, 20, 40, 60, 80: 20 is near 0, 40 is not; 60 is near 40, 80 is not."""
    assert [(one[0], one[1]) for one in found(days(0, 20, 40, 60, 80), near)] == [(1, 0), (3, 2)]


def test_what_may_stand_leaves_the_next_open_and_the_one_that_stands_decides() -> None:
    first, second, third, fourth = days(0, 20, 40, 65)
    second = Service(second.place, second.day, "x", doubtful=True)
    # 20 is near 0, for sure: it goes back, doubtful or not
    assert found([first, second, third], near) == [(1, 0, "near", SURE)]
    # alone it may stand, so that 40 is only to be looked at, and 65 in turn
    assert found([second, third, fourth], near) == [(2, 1, "near", REVIEW), (3, 2, "near", REVIEW)]


def test_what_goes_back_elsewhere_rules_out_nothing_and_may_be_ruled_out() -> None:
    first, second, third = days(0, 20, 40)
    gone = Service(second.place, second.day, "x", gone=True)
    assert found([first, gone, third], near) == [(1, 0, "near", SURE)]
    assert found([gone, third], near) == []


def test_an_exact_repeat_is_not_held_against_its_own_day() -> None:
    first, again, later = days(0, 0, 20)
    again = Service(again.place, again.day, "x", repeats=True)
    assert found([first, again, later], near) == [(2, 0, "near", SURE)]


def test_the_ends_of_every_window() -> None:
    def of(day: str, role: str = "yearly", **given: object) -> Service:
        return Service(0, date.fromisoformat(day), role, **given)  # type: ignore[arg-type]

    # eleven full months: March to February is not enough, March to March is
    assert wellness(of("2025-03-31"), of("2026-02-28", limit=11)) is not None
    assert wellness(of("2025-03-31"), of("2026-03-01", limit=11)) is None
    # the welcome visit itself is never ruled out
    assert wellness(of("2025-03-31"), of("2025-04-01", "welcome", limit=11)) is None
    # six months to the day
    assert assessment(of("2026-01-12"), of("2026-07-11", limit=6)) is not None
    assert assessment(of("2026-01-12"), of("2026-07-12", limit=6)) is None
    # thirty days, or discharges thirty days apart
    assert transitional(of("2026-01-01"), of("2026-01-30", limit=30)) is not None
    assert transitional(of("2026-01-01"), of("2026-01-31", limit=30)) is None
    earlier = of("2026-01-09", followed=date(2026, 1, 1))
    assert transitional(earlier, of("2026-02-01", limit=30, followed=date(2026, 1, 31))) is None
    within = transitional(earlier, of("2026-02-01", limit=30, followed=date(2026, 1, 30)))
    assert within is not None and within.certainty == SURE


def test_monthly_codes_by_clinician() -> None:
    def of(code: str, npi: str | None, role: str = "ccm") -> Service:
        return Service(0, date(2026, 6, 1), role, code=code, npi=npi)

    def said(earlier: Service, later: Service) -> tuple[str, str] | None:
        verdict = monthly(earlier, later)
        return (verdict.kind, verdict.certainty) if verdict else None

    assert said(of("99490", "A"), of("99490", "B")) == ("ccm_twice", SURE)
    assert said(of("99490", "A"), of("99490", None)) == ("ccm_twice", REVIEW)
    assert said(of("99490", "A"), of("99490", "A")) == ("monthly_twice", SURE)
    assert said(of("99490", "A"), of("99487", "A")) == ("monthly_twice", REVIEW)
    assert said(of("99426", "A", "pcm"), of("99426", "B", "pcm")) is None
    assert said(of("99426", "A", "pcm"), of("99426", None, "pcm")) == ("monthly_twice", REVIEW)


def test_the_same_code_of_one_clinician_and_day_may_be_a_claim_replaced() -> None:
    """G0136 twice on 1 March by one clinician is to be looked at; by another clinician it is too soon."""
    day = date(2026, 3, 1)
    first = Service(0, day, "new", "G0136", "1", 6)
    assert found([first, Service(1, day, "new", "G0136", "1", 6)], assessment)[0][3] == REVIEW
    assert found([first, Service(1, day, "new", "G0136", "2", 6)], assessment)[0][3] == SURE
