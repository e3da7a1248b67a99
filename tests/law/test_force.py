"""Rules in force: values, digest and the tables steps join."""

from __future__ import annotations

import json
import random
from datetime import date

import duckdb
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corridor.law import load_rules

TYPED = """\
about: One column of each type.
kind: table
clock: performance_year
columns:
  cohort: {unit: code}
  days: {unit: days}
  share: {unit: fraction}
  applies: {unit: flag}
  since: {unit: date, nullable: true}
values:
  - from: 2027
    status: official
    known: 2025-10-31
    cite: {doc: gazette, quoted_by: a reader}
    rows:
      - {cohort: "06", days: 180, share: 1, applies: true, since: 2025-01-01}
      - {cohort: C3, days: 60, share: 0.5, applies: false}
"""
BY_DAY = """\
about: A gap.
kind: scalar
unit: days
clock: service_date
values:
  - {from: 2025-01-01, value: 30, status: codified, known: 2024-11-01, cite: {doc: gazette}}
  - {from: 2027-07-01, value: 60, status: codified, known: 2024-11-01, cite: {doc: gazette}}
"""


def in_force(law, **options):
    return load_rules(["toy"], folder=law.folder, **options).in_force(2027)


def test_a_value_says_all_about_itself(toy):
    value = in_force(toy)["toy.risk_level"]
    assert (value.name, value.about, value.unit, value.kind) == (
        "toy.risk_level",
        "Largest share at risk.",
        "fraction",
        "scalar",
    )
    assert (value.value, value.status, value.clock) == (0.09, "codified", "payment_year")
    assert (value.valid_from, value.valid_to, value.known) == (2029, 2031, date(2025, 10, 31))
    assert (value.cite, value.doc, value.url) == (
        "Rule Book(a)",
        "rule-book",
        "https://example.org/rule-book",
    )
    assert value.columns["value"].type == "number"
    json.dumps(value.to_dict())


def test_typed_answers(toy, refused):
    toy.write(
        "way",
        "about: A way.\nkind: scalar\nunit: choice\nclock: performance_year\noptions: [a, b]\nvalues:\n"
        "  - {from: 2027, value: a, status: assumed, known: 2025-10-31, cite: {doc: gazette}}\n",
    )
    toy.write(
        "on",
        "about: A flag.\nkind: scalar\nunit: flag\nclock: performance_year\nvalues:\n"
        "  - {from: 2027, value: true, status: assumed, known: 2025-10-31, cite: {doc: gazette}}\n",
    )
    toy.write("typed", TYPED)
    force = in_force(toy)
    assert force.number("toy.risk_level") == 0.09
    assert force.number("toy.payment_lag_years") == 2 and isinstance(
        force.scalar("toy.payment_lag_years"), int
    )
    assert force.text("toy.way") == "a" and force.flag("toy.on") is True
    for ask in (
        lambda: force.number("toy.way"),
        lambda: force.number("toy.on"),
        lambda: force.text("toy.on"),
        lambda: force.flag("toy.way"),
        lambda: force.scalar("toy.typed"),
        lambda: force.rows("toy.way"),
    ):
        refused("LAW-KIND", ask)
    assert force.names("toy") == ["toy.on", "toy.payment_lag_years", "toy.risk_level", "toy.typed", "toy.way"]
    assert [a["rule"] for a in force.assumptions()] == ["toy.on", "toy.way"]
    assert [a["rule"] for a in force.assumptions(["toy.way", "toy.typed"])] == ["toy.way"]
    assert force["toy.typed"].cite == "Gazette, quoted by a reader"


def test_register_makes_typed_tables(toy):
    toy.write("typed", TYPED)
    toy.write("gap", BY_DAY)
    con = duckdb.connect()
    in_force(toy).register(con)
    in_force(toy).register(con)  # again: nothing is added

    def described(table):
        return [row[:2] for row in con.execute(f"describe rules.{table}").fetchall()]

    assert described("toy_risk_level") == [("value", "DOUBLE")]
    assert described("toy_payment_lag_years") == [("value", "INTEGER")]
    assert described("toy_typed") == [
        ("cohort", "VARCHAR"),
        ("days", "INTEGER"),
        ("share", "DOUBLE"),
        ("applies", "BOOLEAN"),
        ("since", "DATE"),
    ]
    assert described("toy_gap") == [("value", "INTEGER"), ("valid_from", "DATE"), ("valid_to", "DATE")]
    assert con.execute("from rules.toy_risk_level").fetchall() == [(0.09,)]
    assert con.execute("from rules.toy_typed order by cohort").fetchall() == [
        ("06", 180, 1.0, True, date(2025, 1, 1)),
        ("C3", 60, 0.5, False, None),
    ]
    assert con.execute("from rules.toy_gap order by valid_from").fetchall() == [
        (30, date(2025, 1, 1), date(2027, 7, 1)),
        (60, date(2027, 7, 1), None),
    ]


def test_register_some(toy):
    con = duckdb.connect()
    in_force(toy).register(con, ["toy.risk_level"])
    assert con.execute("select table_name from duckdb_tables()").fetchall() == [("toy_risk_level",)]


def test_register_leaves_out_what_is_not_in_force(toy):
    con = duckdb.connect()
    load_rules(["toy"], folder=toy.folder).in_force(2020).register(con)
    assert con.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]


def rewritten(value, rng):
    """The same document with the keys of every mapping in another order."""
    if isinstance(value, dict):
        items = [(key, rewritten(item, rng)) for key, item in value.items()]
        rng.shuffle(items)
        return dict(items)
    return [rewritten(item, rng) for item in value] if isinstance(value, list) else value


@given(st.integers(0, 1000))
def test_the_digest_does_not_see_how_it_is_written(tmp_path_factory, seed):
    from tests.law.conftest import LAG, RISK, Law

    law = Law(tmp_path_factory.mktemp("law") / "rules")
    texts = {"risk_level": RISK, "payment_lag_years": LAG, "typed": TYPED}
    for name, text in texts.items():
        law.write(name, text)
    before = in_force(law).digest()
    rng = random.Random(seed)
    for name, text in texts.items():
        columns = yaml.safe_load(text).get("columns")
        body = rewritten(yaml.safe_load(text), rng)
        if columns:
            body["columns"] = columns  # the order of columns is the shape of the table
        rng.shuffle(body["values"])
        law.write(name, "# rewritten\n\n" + yaml.safe_dump(body, sort_keys=False, indent=rng.choice([2, 4])))
    assert in_force(law).digest() == before


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("risk_level", "0.09", "0.091", True),
        ("risk_level", "0.10", "0.11", False),  # not in force in 2029
        ("risk_level", "status: codified", "status: assumed", True),
        ("risk_level", "about: Largest share at risk.", "about: The share at risk.", False),
        ("typed", "days: 180", "days: 181", True),
        ("typed", "applies: false", "applies: true", True),
        ("gap", "value: 60", "value: 61", True),
        ("gap", "2027-07-01", "2027-08-01", True),
    ],
)
def test_the_digest_sees_every_value_in_force(toy, file, old, new, changes):
    toy.write("typed", TYPED)
    toy.write("gap", BY_DAY)
    before = in_force(toy).digest()
    path = toy.folder / "toy" / f"{file}.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    assert (in_force(toy).digest() != before) == changes


def test_the_digest_sees_overrides_and_can_be_of_some_rules(toy):
    plain, changed = in_force(toy), in_force(toy, overrides={"toy.risk_level": 0.08})
    same = in_force(toy, overrides={"toy.risk_level": 0.09})
    assert len({plain.digest(), changed.digest(), same.digest()}) == 3
    lag = ["toy.payment_lag_years"]
    assert plain.digest(lag) == changed.digest(lag) != plain.digest()
    assert plain.digest(lag * 2) == plain.digest(lag)
    assert int(plain.digest(), 16) and len(plain.digest()) == 64


def test_it_walks_like_a_mapping(toy):
    force = in_force(toy)
    assert list(force) == force.names() == ["toy.payment_lag_years", "toy.risk_level"]
    assert list(force.rules) == force.rules.names()
