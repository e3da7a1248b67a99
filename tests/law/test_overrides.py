"""The user's own values: known rules only, in the rule's unit and shape, marked in every result."""

from __future__ import annotations

import pytest

from corridor.law import load_rules

GAP = """\
about: Gap by cohort.
kind: table
clock: performance_year
columns:
  cohort: {unit: code}
  days: {unit: days}
key: [cohort]
values:
  - from: 2027
    status: codified
    known: 2025-10-31
    cite: {doc: gazette}
    rows:
      - {cohort: heart, days: 180}
      - {cohort: back, days: 60}
"""


def force(law, overrides, year=2027):
    law.write("gap", GAP)
    return load_rules(["toy"], overrides=overrides, folder=law.folder).in_force(year)


def test_a_scalar(toy):
    value = force(toy, {"toy.risk_level": 0.08})["toy.risk_level"]
    assert (value.value, value.unit, value.status, value.overridden) == (0.08, "fraction", "assumed", True)
    assert value.cite == "overridden by the user (the rule: Rule Book(a))"
    assert not force(toy, {})["toy.risk_level"].overridden


def test_it_holds_in_every_year_the_rule_holds(toy, refused):
    over = {"toy.risk_level": 0.08}
    assert [force(toy, over, year).scalar("toy.risk_level") for year in (2027, 2029)] == [0.08, 0.08]
    refused("LAW-NOT-IN-FORCE", lambda: force(toy, over, 2020)["toy.risk_level"])


def test_a_whole_number_stands_for_a_number(toy):
    value = force(toy, {"toy.risk_level": 1}).scalar("toy.risk_level")
    assert value == 1.0 and isinstance(value, float)


def test_a_table_is_replaced_as_a_whole(toy):
    changed = force(toy, {"toy.gap": [{"cohort": "heart", "days": 90}]})
    assert changed.rows("toy.gap") == [{"cohort": "heart", "days": 90}]
    assert changed["toy.gap"].status == "assumed"
    assert [a["rule"] for a in changed.assumptions()] == ["toy.gap"]


def test_what_is_handed_out_can_be_changed_without_harm(toy):
    rules = force(toy, {})
    rules.rows("toy.gap")[0]["days"] = 0
    assert rules.rows("toy.gap")[0]["days"] == 180


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"toy.risk_level": "0.08"}, "toy.risk_level"),
        ({"toy.risk_level": 8}, "toy.risk_level"),  # eight percent is 0.08: a fraction ends at one
        ({"toy.risk_level": True}, "toy.risk_level"),
        ({"toy.risk_level": float("nan")}, "toy.risk_level"),
        ({"toy.risk_level": [{"value": 0.08}]}, "toy.risk_level"),
        ({"toy.gap": 90}, "toy.gap"),
        ({"toy.gap": []}, "toy.gap"),
        ({"toy.gap": [{"cohort": "heart"}]}, "toy.gap, row 1"),
        ({"toy.gap": [{"cohort": "a", "days": 1}, {"cohort": "b", "days": 1.5}]}, "toy.gap, row 2"),
        ({"toy.gap": [{"cohort": "a", "days": 1}, {"cohort": "a", "days": 2}]}, "toy.gap, row 2"),
        ({"toy.gap": [{"cohort": "heart", "days": 90, "note": "mine"}]}, "toy.gap, row 1"),
    ],
)
def test_refused_by_type_and_shape(toy, refused, overrides, field):
    error = refused("LAW-OVERRIDE", lambda: force(toy, overrides))
    assert error.field == field and error.rule in overrides


def test_an_unknown_rule_is_refused_and_the_near_one_named(toy, refused):
    assert "toy.risk_level" in refused("LAW-UNKNOWN-RULE", lambda: force(toy, {"toy.risk_levle": 0.1})).todo
    refused("LAW-UNKNOWN-RULE", lambda: force(toy, {"risk_level": 0.1}))
    refused("LAW-UNKNOWN-RULE", lambda: force(toy, {"nowhere.risk_level": 0.1}))


def test_an_override_of_a_program_that_is_not_loaded_waits(toy):
    (toy.folder / "other").mkdir()
    assert force(toy, {"other.anything": 1}).scalar("toy.risk_level") == 0.09
