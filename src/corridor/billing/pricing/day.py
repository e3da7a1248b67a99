"""The law of one day: the rules of the service_date clock at the value they have on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from corridor.law import RulesInForce
from corridor.law.rules import Period


class RulesOnDay(RulesInForce):
    """Rules as they stand on a day; others as in the year of that day.

    A year may hold two values of a fee schedule rule, a day holds one: what a model binds is then one number.
    """

    def __init__(self, force: RulesInForce, day: date) -> None:
        super().__init__(force.rules, day.year)
        self.day = day

    def _period(self, name: str) -> Period | None:
        if self.rules.rule(name).body.clock != "service_date":
            return super()._period(name)
        return next((period for period in self.rules.periods(name) if period.holds(self.day)), None)

    def _live(self, name: str) -> bool:
        return self._period(name) is not None


def change_days(force: RulesInForce, names: Iterable[str]) -> list[date]:
    """The days on which a value of these rules begins or ends, sorted."""
    days: set[date] = set()
    for name in names:
        for period in force.rules.periods(name):
            days.update(moment for moment in (period.start, period.end) if isinstance(moment, date))
    return sorted(days)
