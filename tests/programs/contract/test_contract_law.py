"""The rules of contracts, distributions and drug models: read, used, and none surer than its source."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.law import load_rules

PACKAGE = Path(__file__).parents[3] / "src" / "corridor"
PROGRAMS = ("contract", "distribution", "cgt", "generous")
TEXT = "\n".join(
    path.read_text(encoding="utf-8")
    for room in ("programs/contract", "programs/distribution", "jobs")
    for path in (PACKAGE / room).glob("*.py")
)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_rule_is_read_and_used(program: str) -> None:
    rules = load_rules([program])
    rules.check()
    unused = [name for name in rules.names() if f'"{name}"' not in TEXT]
    assert not unused


@pytest.mark.parametrize("program", PROGRAMS)
def test_nothing_is_surer_than_its_source(program: str) -> None:
    """No text of CMS was read for the drug models: law firms are secondary, own readings assumed."""
    force = load_rules([program]).in_force(2026)
    for name in force.names(program):
        value = force[name]
        assert value.status in ("secondary", "assumed")
        assert (value.status == "assumed") == ("Corridor on" in str(value.cite)), name


def test_the_basket_and_the_rank_of_the_rule_file() -> None:
    """drug-models.md B2: eight countries, the second lowest; B1: 2026-01-01 through 2030-12-31."""
    force = load_rules(["generous"]).in_force(2026)
    basket = {str(row["country"]) for row in force.rows("generous.basket")}
    assert basket == {"UK", "FR", "DE", "IT", "CA", "JP", "DK", "CH"}
    assert (force.number("generous.price_rank"), force.number("generous.fewest_countries")) == (2, 2)
    term = force.rows("generous.term")[0]
    assert (str(term["first_day"]), str(term["last_day"])) == ("2026-01-01", "2030-12-31")
