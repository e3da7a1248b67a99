"""The rules in force for one performance year: values, their digest, and the tables steps join."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.law.rules import Period, Rules
from corridor.law.schema import Moment, Source, ordinal
from corridor.law.typed import Row, Shape

if TYPE_CHECKING:
    import duckdb

UNOFFICIAL = ("secondary", "proposed", "assumed")
"""The statuses a result must declare: what is neither codified nor official."""


@dataclass(frozen=True)
class RuleValue:
    """One rule as it stands: its value with unit, status, source and dates.

    ``value`` is a scalar, or the rows of a table as dicts with every declared column; ``columns`` holds
    the shape (type, unit) of each column, of ``value`` for a scalar. ``cite`` is the source in one phrase;
    ``valid_to`` is exclusive, None while open: years on the year clocks, days on service_date.
    """

    name: str
    about: str
    unit: str
    kind: str
    clock: str
    value: Any
    status: str
    known: date
    cite: str
    valid_from: Moment
    valid_to: Moment | None
    overridden: bool
    doc: str
    para: str | None
    url: str | None
    note: str | None
    verify_at: str | None
    options: tuple[str, ...] | None
    columns: Mapping[str, Shape]

    def to_dict(self) -> dict[str, Any]:
        """The value for machines: JSON types only, every key always present."""
        return {
            "rule": self.name,
            "about": self.about,
            "value": _plain(self.value),
            "unit": self.unit,
            "kind": self.kind,
            "clock": self.clock,
            "status": self.status,
            "known": self.known.isoformat(),
            "cite": self.cite,
            "doc": self.doc,
            "para": self.para,
            "url": self.url,
            "note": self.note,
            "verify_at": self.verify_at,
            "options": None if self.options is None else list(self.options),
            "valid_from": _plain(self.valid_from),
            "valid_to": _plain(self.valid_to),
            "overridden": self.overridden,
        }


class RulesInForce:
    """The rules in force for one performance year (and the payment years that follow from it)."""

    def __init__(self, rules: Rules, performance_year: int, payment_year: int | None = None) -> None:
        self.rules = rules
        self.performance_year = performance_year
        self._payment_year = payment_year
        self._values: dict[str, RuleValue] = {}

    def payment_year(self, program: str) -> int:
        """The payment year of a program: given, or the performance year plus its payment_lag_years."""
        if self._payment_year is not None:
            return self._payment_year
        lag = f"{program}.payment_lag_years"
        periods = self.rules.periods(lag) if lag in self.rules.names(program) else []
        if not periods:
            return self.performance_year
        begun = [p for p in periods if ordinal(p.start) <= self.performance_year]
        return self.performance_year + int(self.rules.value(lag, (begun or periods[:1])[-1].entry))

    def __getitem__(self, name: str) -> RuleValue:
        """The value of a rule. Raises LAW-UNKNOWN-RULE, LAW-NOT-IN-FORCE, LAW-CHANGES-IN-YEAR."""
        if name not in self._values:
            period = self._period(name)
            if period is None:
                raise self._not_in_force(name)
            self._values[name] = self._value(name, period)
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self.rules.names() and self._live(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def names(self, program: str | None = None) -> list[str]:
        """The names of the rules in force, ``asm.risk_level``, of one program or of all loaded, sorted."""
        return [name for name in self.rules.names(program) if self._live(name)]

    def scalar(self, name: str) -> float | str | bool:
        """The value of a scalar rule; whole numbers (days, counts) as int. Raises LAW-KIND for a table."""
        found = self[name]
        if found.kind != "scalar":
            raise CorridorError("LAW-KIND", f"The rule is a {found.kind}, not a scalar.", rule=name)
        value: float | str | bool = found.value
        return value

    def number(self, name: str) -> float:
        """A scalar rule that is a number. Raises LAW-KIND for text and flags."""
        value = self.scalar(name)
        if isinstance(value, str | bool):
            raise CorridorError("LAW-KIND", f"The rule is {value!r}, not a number.", rule=name)
        return value

    def text(self, name: str) -> str:
        """A scalar rule that is a choice. Raises LAW-KIND for numbers and flags."""
        value = self.scalar(name)
        if not isinstance(value, str):
            raise CorridorError("LAW-KIND", f"The rule is {value!r}, not a choice.", rule=name)
        return value

    def flag(self, name: str) -> bool:
        """A scalar rule that is true or false. Raises LAW-KIND for numbers and choices."""
        value = self.scalar(name)
        if not isinstance(value, bool):
            raise CorridorError("LAW-KIND", f"The rule is {value!r}, not a flag.", rule=name)
        return value

    def rows(self, name: str) -> list[Row]:
        """The rows of a bands, table or codes rule, each with every column. Raises LAW-KIND for a scalar."""
        found = self[name]
        if found.kind == "scalar":
            raise CorridorError("LAW-KIND", "The rule is a scalar, it has no rows.", rule=name)
        return [dict(row) for row in found.value]

    def on(self, name: str, day: date) -> RuleValue:
        """The value of a rule of the service_date clock on a day. Raises LAW-KIND, LAW-NOT-IN-FORCE."""
        if self.rules.rule(name).body.clock != "service_date":
            raise CorridorError(
                "LAW-KIND", "Only a rule of the service_date clock has a value by day.", rule=name
            )
        for period in self.rules.periods(name):
            if period.holds(day):
                return self._value(name, period)
        raise self._not_in_force(name, day)

    def in_year(self, name: str) -> list[RuleValue]:
        """The values a rule has in the year, in order: by day there may be several of them, or none.

        Raises LAW-UNKNOWN-RULE, and LAW-NOT-IN-FORCE for a rule of years.
        """
        if self.rules.rule(name).body.clock != "service_date":
            return [self[name]]
        return [self._value(name, period) for period in self._in_year(name)]

    def history(self, name: str) -> list[RuleValue]:
        """Every period of a rule in order of time, as known on the day of these rules."""
        return [self._value(name, period) for period in self.rules.periods(name)]

    def assumptions(self, names: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Of some rules (default: all in force) those neither codified nor official.

        Records of rule, value, unit, status, cite, by name.
        """
        result = []
        for name in self.names() if names is None else sorted(set(names)):
            for found in self._standing(name):
                if found.status in UNOFFICIAL:
                    plain = found.to_dict()
                    result.append({key: plain[key] for key in ("rule", "value", "unit", "status", "cite")})
        return result

    def digest(self, names: Iterable[str] | None = None) -> str:
        """SHA-256 (hex) of some rules (default: all in force) as they stand, overrides included.

        It depends on what holds, not on how or in which order it is written: names, units, values, periods
        of service_date rules, statuses.
        """
        lines = []
        for name in sorted(set(self.names() if names is None else names)):
            for found in self._standing(name):
                by_day = found.clock == "service_date"
                dates = [_plain(found.valid_from), _plain(found.valid_to)] if by_day else []
                fields = [
                    name,
                    found.kind,
                    found.unit,
                    _plain(found.value),
                    found.status,
                    found.overridden,
                    dates,
                ]
                lines.append(json.dumps(fields, sort_keys=True, ensure_ascii=True, allow_nan=False))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def register(self, con: duckdb.DuckDBPyConnection, names: Iterable[str] | None = None) -> None:
        """Make one DuckDB table per rule in force: ``rules.<program>_<rule>``, replacing what was there.

        A scalar has one column ``value``; the others their columns. Rules of the service_date clock have all
        their periods as rows, with valid_from and valid_to (DATE, exclusive, null while open).
        """
        from corridor.law.tables import create_table

        con.execute("create schema if not exists rules")
        for name in self.names() if names is None else sorted(set(names)):
            create_table(con, name, self._standing(name))

    def _standing(self, name: str) -> list[RuleValue]:
        """What counts of a rule: all its periods on the service_date clock, else the one in force."""
        return self.history(name) if self.rules.rule(name).body.clock == "service_date" else [self[name]]

    def _live(self, name: str) -> bool:
        if self.rules.rule(name).body.clock == "service_date":
            return bool(self.rules.periods(name))
        return self._period(name) is not None

    def _period(self, name: str) -> Period | None:
        clock = self.rules.rule(name).body.clock
        periods = self.rules.periods(name)
        if clock == "service_date":
            live = self._in_year(name)
            if len(live) > 1 or (live and not live[0].holds(date(self.performance_year, 1, 1))):
                raise CorridorError(
                    "LAW-CHANGES-IN-YEAR",
                    f"The rule has more than one value in {self.performance_year}.",
                    todo="Ask for its value on a day, or join its table by valid_from and valid_to.",
                    rule=name,
                )
            return live[0] if live else None
        paid = clock == "payment_year"
        year = self.payment_year(name.partition(".")[0]) if paid else self.performance_year
        return next((p for p in periods if p.holds(year)), None)

    def _in_year(self, name: str) -> list[Period]:
        """The periods of a rule of days that hold on a day of the year."""
        first, last = date(self.performance_year, 1, 1), date(self.performance_year + 1, 1, 1)
        return [
            period
            for period in self.rules.periods(name)
            if period.start < last and (period.end is None or period.end > first)  # type: ignore[operator]
        ]

    def _value(self, name: str, period: Period) -> RuleValue:
        rule = self.rules.rule(name)
        body, entry = rule.body, period.entry
        source = self.rules.sources[entry.cite.doc]
        overridden = name in self.rules.overrides
        cite = cite_text(source, entry.cite.para, entry.cite.quoted_by)
        return RuleValue(
            name=name,
            about=body.about,
            unit=rule.unit,
            kind=body.kind,
            clock=body.clock,
            value=self.rules.value(name, entry),
            status="assumed" if overridden else entry.status,
            known=entry.known,
            cite=f"overridden by the user (the rule: {cite})" if overridden else cite,
            valid_from=period.start,
            valid_to=period.end,
            overridden=overridden,
            doc=entry.cite.doc,
            para=entry.cite.para,
            url=source.url,
            note=entry.note,
            verify_at=body.verify_at,
            options=None if body.options is None else tuple(body.options),
            columns=rule.shape,
        )

    def _not_in_force(self, name: str, day: date | None = None) -> CorridorError:
        periods = self.rules.periods(name)
        if not periods:
            why = f"Nothing of it was known on {self.rules.as_known_on}."
        else:
            end = periods[-1].end
            why = f"It holds from {periods[0].start}" + ("." if end is None else f" until {end}.")
        clock = self.rules.rule(name).body.clock
        when: object = day or self.performance_year
        if day is None and clock == "payment_year":
            when = self.payment_year(name.partition(".")[0])
        return CorridorError(
            "LAW-NOT-IN-FORCE",
            f"The rule has no value for {when} ({clock}).",
            why=why,
            todo="Choose a year in which it holds, or a later day for as-known-on.",
            rule=name,
        )


def cite_text(source: Source, para: str | None, quoted_by: str | None) -> str:
    """A citation in one phrase: document, place, and who quoted it."""
    place = "" if para is None else para if para.startswith("(") else f", {para}"
    return f"{source.short}{place}" + ("" if quoted_by is None else f", quoted by {quoted_by}")


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [{name: _plain(cell) for name, cell in row.items()} for row in value]
    return value
