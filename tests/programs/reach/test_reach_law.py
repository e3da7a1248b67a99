"""The law of ACO REACH, LEAD and integrity: a user for every rule, no status above its source."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.law import RULES, load_rules

HIGHEST = {
    "corridor-reach": {"assumed"},
    "corridor-lead": {"assumed"},
    "corridor-integrity": {"assumed"},
    "reach-actuarial-notes": {"secondary"},
    "lead-2027-notes": {"secondary"},
    "acoharmony-2026": {"secondary"},
}
PROGRAMS = ("reach", "lead", "integrity")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_status_is_never_higher_than_its_source(program: str) -> None:
    rules = load_rules(list(PROGRAMS))
    for name in rules.names(program):
        for period in rules.periods(name):
            allowed = HIGHEST.get(period.entry.cite.doc)
            assert allowed is None or period.entry.status in allowed, (name, period.entry.cite.doc)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_rule_has_a_user(program: str) -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("programs", "attribution", "population")
        for path in (Path(RULES).parent / folder).rglob("*.*")
        if path.suffix in (".py", ".sql")
    )
    listed = load_rules(list(PROGRAMS)).names(program)
    assert not [name for name in listed if name not in code]
