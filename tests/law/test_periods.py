"""The two clocks: when a value holds, and when it became known."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.law import load_rules
from corridor.law.rules import timeline
from corridor.law.schema import Citation, Entry

TWICE_KNOWN = """\
about: A share.
kind: scalar
unit: fraction
clock: performance_year
values:
  - {from: 2027, value: 0.1, status: assumed, known: 2025-10-31, cite: {doc: gazette}}
  - {from: 2027, value: 0.2, status: codified, known: 2026-11-01, cite: {doc: gazette}}
  - {from: 2029, value: 0.3, status: codified, known: 2026-11-01, cite: {doc: gazette}}
"""
PROPOSED = """\
about: A share.
kind: scalar
unit: fraction
clock: performance_year
values:
  - {from: 2025, value: 0.5, status: proposed, known: 2025-07-14, cite: {doc: gazette}}
  - {from: 2027, value: 0.1, status: codified, known: 2025-10-31, cite: {doc: gazette}}
  - {from: 2027, value: 0.2, status: proposed, known: 2026-07-14, cite: {doc: gazette}}
  - {from: 2028, value: 0.3, status: proposed, known: 2026-07-14, cite: {doc: gazette}}
"""
BY_DAY = """\
about: A gap.
kind: scalar
unit: days
clock: service_date
values:
  - {from: 2025-01-01, value: 30, status: codified, known: 2024-11-01, cite: {doc: gazette}}
  - from: 2027-07-01
    through: 2028-12-31
    value: 60
    status: codified
    known: 2024-11-01
    cite: {doc: gazette}
"""


def share(law, year, as_known_on=None, proposed=False):
    rules = load_rules(["toy"], as_known_on, folder=law.folder, proposed=proposed)
    return rules.in_force(year).scalar("toy.x")


def test_each_rule_reads_its_own_clock(toy):
    rules = load_rules(["toy"], folder=toy.folder)
    # performance year + two years of lag: 2027 -> 2029, 2028 -> 2030, 2029 -> 2031
    assert [rules.in_force(y).scalar("toy.risk_level") for y in (2027, 2028, 2029)] == [0.09, 0.09, 0.10]
    assert rules.in_force(2027, payment_year=2031).scalar("toy.risk_level") == 0.10
    assert rules.in_force(2027).payment_year("toy") == 2029
    assert rules.in_force(2026).payment_year("toy") == 2028  # before the lag itself holds, its first value
    assert rules.first_year("toy") == 2027


def test_before_its_first_value_a_rule_is_not_in_force(toy, refused):
    force = load_rules(["toy"], folder=toy.folder).in_force(2026)
    error = refused("LAW-NOT-IN-FORCE", lambda: force["toy.risk_level"])
    assert "2028" in error.what and "2029" in error.why
    assert force.names("toy") == [] and "toy.risk_level" not in force
    assert "toy.no_such_rule" not in force


def test_a_value_that_ends(law, refused):
    law.write(
        "x",
        BY_DAY.replace("service_date", "performance_year")
        .replace("-01-01", "")
        .replace("2027-07-01", "2027")
        .replace("2028-12-31", "2028"),
    )
    assert [share(law, year) for year in (2026, 2027, 2028)] == [30, 60, 60]
    assert "until 2029" in refused("LAW-NOT-IN-FORCE", lambda: share(law, 2029)).why


def test_as_known_on_a_day(law, refused):
    law.write("x", TWICE_KNOWN)
    assert share(law, 2027, date(2025, 12, 31)) == 0.1
    assert share(law, 2029, date(2025, 12, 31)) == 0.1
    assert share(law, 2027, date(2026, 11, 1)) == share(law, 2027) == 0.2
    assert share(law, 2029) == 0.3
    assert "2025-10-30" in refused("LAW-NOT-IN-FORCE", lambda: share(law, 2027, date(2025, 10, 30))).why


def test_a_proposal_fills_time_without_law_and_displaces_none(law):
    law.write("x", PROPOSED)
    assert [share(law, year) for year in (2025, 2026, 2027, 2028)] == [0.5, 0.5, 0.1, 0.1]
    assert [share(law, year, proposed=True) for year in (2026, 2027, 2028)] == [0.5, 0.2, 0.3]
    # before the final value was known the proposal was all there was
    assert share(law, 2027, date(2025, 9, 1)) == 0.5


def test_by_day(law, refused):
    law.write("x", BY_DAY)
    force = load_rules(["toy"], folder=law.folder).in_force(2027)
    assert force.on("toy.x", date(2027, 6, 30)).value == 30
    assert force.on("toy.x", date(2027, 7, 1)).value == 60
    assert force.on("toy.x", date(2028, 12, 31)).value == 60
    refused("LAW-NOT-IN-FORCE", lambda: force.on("toy.x", date(2029, 1, 1)))
    refused("LAW-CHANGES-IN-YEAR", lambda: force["toy.x"])
    assert force.names() == ["toy.x"] and "toy.x" in force
    assert [v.value for v in force.history("toy.x")] == [30, 60]
    rules = load_rules(["toy"], folder=law.folder)
    assert rules.in_force(2026).scalar("toy.x") == 30
    assert rules.in_force(2028).scalar("toy.x") == 60
    refused("LAW-NOT-IN-FORCE", lambda: rules.in_force(2030)["toy.x"])


def test_only_days_have_a_value_by_day(toy, refused):
    force = load_rules(["toy"], folder=toy.folder).in_force(2027)
    refused("LAW-KIND", lambda: force.on("toy.risk_level", date(2029, 1, 1)))


def entry(start, known, status, value):
    return Entry(
        **{"from": start},
        value=value,
        status=status,
        known=date(2025, 1, known),
        cite=Citation(doc="gazette"),
    )


entries = st.lists(
    st.builds(
        entry,
        st.integers(2025, 2030),
        st.integers(1, 9),
        st.sampled_from(["codified", "assumed", "proposed"]),
        st.integers(0, 99),
    ),
    max_size=8,
    unique_by=lambda e: (e.start, e.known, e.status == "proposed"),
)


@given(entries, st.integers(1, 9), st.booleans(), st.integers(2024, 2032))
def test_one_value_at_a_time_and_it_is_the_latest_known(values, day, proposed, year):
    periods = timeline(values, date(2025, 1, day), proposed)
    holding = [p.entry for p in periods if p.holds(year)]
    assert len(holding) <= 1
    for one, following in pairwise(periods):
        assert one.end == following.start
    # the oracle: of what was known, the last `from` not after the year; of that, the last `known`
    known = [e for e in values if e.known <= date(2025, 1, day)]
    final = [e for e in known if e.status != "proposed"]
    if not proposed and final:
        first = min(e.start for e in final)
        known = [e for e in known if e.status != "proposed" or e.start < first]
    begun = [e for e in known if e.start <= year]
    if not begun:
        assert not holding
        return
    start = max(e.start for e in begun)
    latest = max(e.known for e in begun if e.start == start)
    best = [e for e in begun if e.start == start and e.known == latest]
    assert holding[0] in best


@pytest.mark.parametrize("known", [None, date(2030, 1, 1)])
def test_no_entries_no_periods(known):
    assert timeline([], known, False) == []
