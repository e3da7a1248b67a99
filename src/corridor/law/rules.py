"""The law of some programs, loaded file by file when a rule is asked for."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.law.schema import Entry, Moment, Rule, Source, Unit, after, ordinal, read_registry, read_rule
from corridor.law.typed import Shape, as_typed, check_cell, check_rows, complete

if TYPE_CHECKING:
    from corridor.law.force import RulesInForce

RULES = Path(__file__).resolve().parent.parent / "rules"
"""The folder of the law that ships with Corridor: units.yaml, sources.yaml, one folder a program."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Period:
    """One value while it holds: from ``start`` until just before ``end`` (None: until further notice)."""

    start: Moment
    end: Moment | None
    entry: Entry

    def holds(self, moment: Moment) -> bool:
        """Whether the value holds in that year, or on that day."""
        begun = ordinal(self.start) <= ordinal(moment)
        return begun and (self.end is None or ordinal(moment) < ordinal(self.end))


def timeline(entries: Sequence[Entry], as_known_on: date | None, proposed: bool) -> list[Period]:
    """The periods of a rule as they were known on a day, in order of time.

    Per ``from`` the latest value known by then counts. A proposed value does not displace law: it
    fills only the time before the first final value, unless ``proposed`` is set.
    """
    known = [e for e in entries if as_known_on is None or e.known <= as_known_on]
    if not proposed:
        final = [ordinal(e.start) for e in known if e.status != "proposed"]
        known = [e for e in known if e.status != "proposed" or not final or ordinal(e.start) < min(final)]
    latest: dict[int, Entry] = {}
    for entry in sorted(known, key=lambda e: e.known):
        latest[ordinal(entry.start)] = entry
    ordered = [latest[start] for start in sorted(latest)]
    periods = []
    for index, entry in enumerate(ordered):
        ends: list[Moment] = [] if entry.through is None else [after(entry.through)]
        if index + 1 < len(ordered):
            ends.append(ordered[index + 1].start)
        periods.append(Period(entry.start, min(ends, key=ordinal) if ends else None, entry))
    return periods


@dataclass(frozen=True)
class Override:
    """A value the user put in place of the law, checked: a scalar, or all rows of a table."""

    value: Any


class Rules:
    """The rules of some programs as known on a day, with the user's overrides.

    Nothing is read before it is asked for. Made by ``load_rules``.
    """

    def __init__(
        self,
        programs: Sequence[str],
        as_known_on: date | None,
        overrides: Mapping[str, Any],
        folder: Path,
        proposed: bool,
        overrides_file: Path | None = None,
    ) -> None:
        self.overrides_file = overrides_file
        self.programs = tuple(programs)
        self.as_known_on = as_known_on
        self.proposed = proposed
        self.folder = folder
        self._rules: dict[str, Rule] = {}
        self._periods: dict[str, list[Period]] = {}
        for program in self.programs:
            if not _NAME.fullmatch(program) or not (folder / program).is_dir():
                shown = ", ".join(programs_with_rules(folder))
                raise CorridorError(
                    "LAW-UNKNOWN-PROGRAM",
                    f"There are no rules for a program {program!r}.",
                    todo=f"Use one of: {shown}.",
                )
        self.overrides = {name: o for name, value in overrides.items() if (o := self._override(name, value))}

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """The units of units.yaml."""
        return read_registry(self.folder / "units.yaml", Unit)

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """The documents of sources.yaml."""
        return read_registry(self.folder / "sources.yaml", Source)

    def names(self, program: str | None = None) -> list[str]:
        """The names of all rules, ``asm.risk_level``, of one program or of all loaded, sorted."""
        return [
            name
            for each in (sorted(self.programs) if program is None else (program,))
            for name in self._names.get(each, ())
        ]

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        return {
            program: sorted(f"{program}.{file.stem}" for file in (self.folder / program).glob("*.yaml"))
            for program in self.programs
        }

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def rule(self, name: str) -> Rule:
        """The rule file behind a name. Raises LAW-UNKNOWN-RULE, and what ``read_rule`` raises."""
        if name not in self._rules:
            program, _, stem = name.partition(".")
            file = self.folder / program / f"{stem}.yaml"
            if program not in self.programs or not _NAME.fullmatch(stem) or not file.is_file():
                raise self._unknown(name)
            self._rules[name] = read_rule(file, name, self.units, self.sources)
        return self._rules[name]

    def periods(self, name: str) -> list[Period]:
        """The periods of a rule, in order of time, as known on the day of these rules."""
        if name not in self._periods:
            self._periods[name] = timeline(self.rule(name).body.values, self.as_known_on, self.proposed)
        return self._periods[name]

    def value(self, name: str, entry: Entry) -> Any:
        """What a rule says in one of its periods: a scalar, or rows; the override where there is one."""
        rule = self.rule(name)
        given = self.overrides.get(name)
        if rule.body.kind == "scalar":
            return as_typed(entry.value if given is None else given.value, rule.shape["value"].type)
        return complete((entry.rows or []) if given is None else given.value, rule.shape)

    def digest(self) -> str:
        """SHA-256 (hex) of every rule in every period, overrides included.

        What results of several years hang on.
        """
        lines = []
        for name in sorted(self.names()):
            for period in self.periods(name):
                fields = [name, str(period.start), str(period.end), self.value(name, period.entry)]
                lines.append(json.dumps(fields, sort_keys=True, default=str))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def in_force(self, performance_year: int, payment_year: int | None = None) -> RulesInForce:
        """The rules in force for a performance year.

        Rules on the payment_year clock are read at ``payment_year``; without it at the performance year
        plus their program's own payment_lag_years.
        """
        from corridor.law.force import RulesInForce

        return RulesInForce(self, performance_year, payment_year)

    def first_year(self, program: str) -> int | None:
        """The first performance year a program's rules speak of as its own, from its payment lag."""
        name = f"{program}.payment_lag_years"
        if name not in self.names(program):
            return None
        starts = [p.start for p in self.periods(name)]
        return starts[0] if starts and isinstance(starts[0], int) else None

    def check(self) -> None:
        """Read and check every rule of these programs; raises the first error found."""
        for name in self.names():
            self.rule(name)

    def _unknown(self, name: str) -> CorridorError:
        import difflib

        near = difflib.get_close_matches(name, self.names(), n=3)
        return CorridorError(
            "LAW-UNKNOWN-RULE",
            f"There is no rule {name!r}.",
            todo=f"Did you mean {', '.join(near)}?" if near else "List them with: corridor rules PROGRAM.",
            rule=name,
        )

    def _override(self, name: str, value: Any) -> Override | None:
        """Check an override; None for a rule of a program that is not loaded."""
        program = name.partition(".")[0]
        if program not in self.programs and program in programs_with_rules(self.folder):
            return None
        try:
            rule = self.rule(name)
        except CorridorError as error:
            if error.code == "LAW-UNKNOWN-RULE" and self.overrides_file is not None:
                error.file, error.line = str(self.overrides_file), self._override_line(name)
            raise
        if rule.body.kind == "scalar":
            problem = check_cell(value, rule.shape["value"])
            if problem:
                raise self._refused(rule, f"The override {problem}.", None)
            return Override(value)
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            raise self._refused(
                rule, f"The override must be a list of rows, as the rule is a {rule.body.kind}.", None
            )
        rows = [dict(row) for row in value]
        trouble = check_rows(rows, rule.shape, rule.body.kind, rule.body.key)
        if trouble is not None:
            raise self._refused(rule, trouble.what, trouble.where[0] if trouble.where else None)
        return Override(rows)

    def _refused(self, rule: Rule, what: str, row: str | int | None) -> CorridorError:
        shape = ", ".join(f"{name}: {cell.type}" for name, cell in rule.shape.items())
        return CorridorError(
            "LAW-OVERRIDE",
            what,
            why="An override keeps the unit and the shape of its rule.",
            todo=f"The rule is a {rule.body.kind} in {rule.unit} ({shape}); mend it under [overrides].",
            file=self.overrides_file,
            line=self._override_line(rule.name),
            field=rule.name if row is None else f"{rule.name}, row {int(row) + 1}",
            rule=rule.name,
        )

    def _override_line(self, name: str) -> int | None:
        """The line of the settings file that sets a rule; None where it cannot be told."""
        if self.overrides_file is None or not self.overrides_file.is_file():
            return None
        lines = self.overrides_file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
        setting = re.compile(rf"[\s\"']*({re.escape(name)}|{re.escape(name.partition('.')[2])})[\"']?\s*=")
        return next((number for number, line in enumerate(lines, 1) if setting.match(line)), None)


def programs_with_rules(folder: Path = RULES) -> list[str]:
    """The programs that have a folder of rules, sorted."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and _NAME.fullmatch(path.name))


def load_rules(
    programs: Sequence[str],
    as_known_on: date | None = None,
    overrides: Mapping[str, Any] | None = None,
    *,
    folder: Path = RULES,
    proposed: bool = False,
    overrides_file: Path | None = None,
) -> Rules:
    """The law of some programs, as known on a day, with the user's overrides (``"asm.risk_level"``: value).

    Files are read when a rule is asked for; overrides are checked at once. ``proposed`` lets proposed
    values displace final ones; ``overrides_file`` is what errors name.
    Raises LAW-UNKNOWN-PROGRAM, LAW-UNKNOWN-RULE, LAW-OVERRIDE.
    """
    return Rules(programs, as_known_on, overrides or {}, folder, proposed, overrides_file)


__all__ = ["Override", "Period", "Rules", "Shape", "load_rules", "programs_with_rules", "timeline"]
