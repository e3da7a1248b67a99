"""A rule file that is wrong is one error that names file, line and key."""

from __future__ import annotations

import pytest

from corridor.law import load_rules

TABLE = """\
about: Gap by cohort.
kind: table
clock: performance_year
columns:
  cohort: {unit: code}
  days: {unit: days}
  since: {unit: date, nullable: true}
key: [cohort]
values:
  - from: 2027
    status: secondary
    known: 2025-10-31
    cite: {doc: gazette}
    rows:
      - {cohort: heart, days: 180}
      - {cohort: back, days: 60, since: 2025-01-01}
"""
BANDS = """\
about: Bonus by size.
kind: bands
clock: performance_year
columns:
  at_least: {unit: clinicians}
  below: {unit: clinicians, nullable: true}
  points: {unit: points}
values:
  - from: 2027
    status: secondary
    known: 2025-10-31
    cite: {doc: gazette}
    rows:
      - {at_least: 1, below: 2, points: 15}
      - {at_least: 2, below: 16, points: 10}
      - {at_least: 16, points: 0}
"""
CHOICE = """\
about: Which way.
kind: scalar
unit: choice
clock: performance_year
options: [one, two]
values:
  - {from: 2027, value: one, status: assumed, known: 2025-10-31, cite: {doc: gazette}}
"""


def rule(law, text):
    law.write("x", text)
    return load_rules(["toy"], folder=law.folder).rule("toy.x")


def test_the_examples_themselves_are_well_formed(toy):
    for text in (TABLE, BANDS, CHOICE):
        assert rule(toy, text).name == "toy.x"
    load_rules(["toy"], folder=toy.folder).check()


def edit(text, old, new):
    assert text.count(old) == 1, f"{old!r} must stand in the example once"
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "code", "line", "field"),
    [
        # the shape of the file
        (edit(CHOICE, "about: Which way.\n", ""), "LAW-SCHEMA", 1, "about"),
        (edit(CHOICE, "kind: scalar", "kind: vector"), "LAW-SCHEMA", 2, "kind"),
        (edit(CHOICE, "clock: performance_year", "clock: fiscal_year"), "LAW-SCHEMA", 4, "clock"),
        (edit(CHOICE, "unit: choice", "unit: choice\nweight: 3"), "LAW-SCHEMA", 4, "weight"),
        (edit(CHOICE, "unit: choice\n", ""), "LAW-SCHEMA", 1, None),
        (edit(CHOICE, "unit: choice", "unit: days"), "LAW-SCHEMA", 3, "unit"),  # options without choice
        (edit(CHOICE, "options: [one, two]\n", ""), "LAW-SCHEMA", 3, "unit"),  # choice without options
        (edit(CHOICE, "unit: choice", "unit: cubits"), "LAW-UNKNOWN-UNIT", 3, "unit"),
        (edit(CHOICE, "status: assumed", "status: certain"), "LAW-SCHEMA", 7, "values[0].status"),
        (edit(CHOICE, "known: 2025-10-31, ", ""), "LAW-SCHEMA", 7, "values[0].known"),
        (edit(CHOICE, ", cite: {doc: gazette}", ""), "LAW-SCHEMA", 7, "values[0].cite"),
        (edit(CHOICE, "{doc: gazette}", "{para: (a)}"), "LAW-SCHEMA", 7, "values[0].cite.doc"),
        (edit(CHOICE, "{doc: gazette}", "{doc: hearsay}"), "LAW-UNKNOWN-DOCUMENT", 7, "values[0].cite.doc"),
        (edit(CHOICE, "from: 2027, ", ""), "LAW-SCHEMA", 7, "values[0].from"),
        (edit(CHOICE, "from: 2027", "from: 2027-01-01"), "LAW-SCHEMA", 7, "values[0].from"),
        (edit(CHOICE, "from: 2027", "from: soon"), "LAW-SCHEMA", 7, "values[0].from"),
        # the values
        (edit(CHOICE, "value: one", "value: three"), "LAW-TYPE", 7, "values[0].value"),
        (edit(CHOICE, "value: one", "value: 1"), "LAW-TYPE", 7, "values[0].value"),
        (edit(CHOICE, "value: one", "rows: [{value: one}]"), "LAW-SCHEMA", 7, "values[0]"),
        # tables
        (edit(TABLE, "days: 180", "days: 180.5"), "LAW-TYPE", 15, "values[0].rows[0].days"),
        (edit(TABLE, "days: 180", "days: -1"), "LAW-TYPE", 15, "values[0].rows[0].days"),
        (edit(TABLE, "days: 180", "days: true"), "LAW-TYPE", 15, "values[0].rows[0].days"),
        (edit(TABLE, "days: 180", "days: null"), "LAW-TYPE", 15, "values[0].rows[0].days"),
        (edit(TABLE, "cohort: back", "cohort: 7"), "LAW-TYPE", 16, "values[0].rows[1].cohort"),
        (edit(TABLE, "since: 2025-01-01", "since: 2025"), "LAW-TYPE", 16, "values[0].rows[1].since"),
        (edit(TABLE, "days: 180", "days: 180, weeks: 9"), "LAW-SCHEMA", 15, "values[0].rows[0].weeks"),
        (edit(TABLE, "cohort: back", "cohort: heart"), "LAW-ROW-KEY", 16, "values[0].rows[1]"),
        (edit(TABLE, "key: [cohort]", "key: [clinic]"), "LAW-ROW-KEY", 8, "key[0]"),
        (edit(TABLE, "days: {unit: days}", "days: {nullable: false}"), "LAW-SCHEMA", 6, "columns.days"),
        (edit(TABLE, "days: {unit: days}", "days: {unit: daze}"), "LAW-UNKNOWN-UNIT", 6, "columns.days.unit"),
        (edit(TABLE, "days: {unit: days}", "Days: {unit: days}"), "LAW-SCHEMA", 6, "columns.Days"),
        (edit(TABLE, "kind: table", "kind: scalar"), "LAW-SCHEMA", 4, "columns"),
        (edit(TABLE, "kind: table", "kind: bands"), "LAW-BANDS", 4, "columns"),
        # bands: each begins where the one before ends
        (edit(BANDS, "below: 16", "below: 15"), "LAW-BANDS", 16, "values[0].rows[2]"),
        (edit(BANDS, "below: 16", "below: 17"), "LAW-BANDS", 16, "values[0].rows[2]"),
        (edit(BANDS, "at_least: 1, below: 2", "at_least: 2, below: 1"), "LAW-BANDS", 14, "values[0].rows[0]"),
        (edit(BANDS, "at_least: 2, below: 16", "at_least: 2"), "LAW-BANDS", 16, "values[0].rows[2]"),
    ],
)
def test_refused_with_file_line_and_key(law, refused, text, code, line, field):
    error = refused(code, lambda: rule(law, text))
    assert (error.line, error.field) == (line, field), error.text()
    assert error.file == str(law.folder / "toy" / "x.yaml")


PERIODS = """\
about: A share.
kind: scalar
unit: fraction
clock: performance_year
values:
  - {from: 2027, through: 2028, value: 0.1, status: codified, known: 2025-10-31, cite: {doc: gazette}}
  - {from: 2029, value: 0.2, status: codified, known: 2025-10-31, cite: {doc: gazette}}
"""


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (edit(PERIODS, "from: 2029", "from: 2030"), "LAW-GAP", 6),
        (edit(PERIODS, "through: 2028", "through: 2029"), "LAW-OVERLAP", 6),
        (edit(PERIODS, "through: 2028", "through: 2026"), "LAW-OVERLAP", 6),
        (edit(PERIODS, "from: 2029", "from: 2027"), "LAW-OVERLAP", 7),
    ],
)
def test_no_gap_and_no_overlap_in_time(law, refused, text, code, line):
    assert rule(law, PERIODS)
    assert refused(code, lambda: rule(law, text)).line == line


def test_the_registries_are_checked_too(toy, refused):
    (toy.folder / "units.yaml").write_text("fraction: {about: A share., type: real}\n")
    error = refused("LAW-SCHEMA", lambda: load_rules(["toy"], folder=toy.folder).rule("toy.risk_level"))
    assert error.file == str(toy.folder / "units.yaml") and error.line == 1


def test_an_unknown_program_or_rule_says_what_there_is(toy, refused):
    assert "toy" in refused("LAW-UNKNOWN-PROGRAM", lambda: load_rules(["tyo"], folder=toy.folder)).todo
    rules = load_rules(["toy"], folder=toy.folder)
    assert "toy.risk_level" in refused("LAW-UNKNOWN-RULE", lambda: rules.rule("toy.risk_levl")).todo
    refused("LAW-UNKNOWN-RULE", lambda: rules.rule("toy.../units"))


def test_a_file_is_read_only_when_its_rule_is_asked_for(toy):
    toy.write("broken", "about: [")
    assert load_rules(["toy"], folder=toy.folder).in_force(2027).scalar("toy.risk_level") == 0.09
