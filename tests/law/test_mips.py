"""The law of MIPS: no status above its source, weights that sum to one, a user for every rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.law import RULES, load_rules

HIGHEST = {
    "mips-414-1380-quoted": {"secondary", "proposed"},
    "mips-society-pages": {"secondary"},
    "mips-deadline-vendors": {"secondary"},
    "corridor-mips-2026": {"assumed"},
    "corridor-mips-eligibility": {"assumed"},
    "corridor-mips-calendar": {"assumed"},
}
WEIGHTS = ("mips.category_weight", "mips.category_weight_quoted", "mips.category_weight_assumed")
PARTS = ("quality", "cost", "improvement", "interoperability")


@pytest.fixture(scope="module")
def mips():
    return load_rules(["mips", "qp"])


def test_a_status_is_never_higher_than_its_source(mips):
    for name in mips.names("mips"):
        for period in mips.periods(name):
            allowed = HIGHEST.get(period.entry.cite.doc)
            assert allowed is None or period.entry.status in allowed, (name, period.entry.cite.doc)


def test_2027_rests_on_nothing_final(mips):
    force = mips.in_force(2027)
    for name in ("mips.category_weight", "mips.small_practice_bonus", "mips.improvement_activity_method",
                 "mips.final_score_decimals", "mips.maximum_measure_points"):  # fmt: skip
        assert force[name].status == "assumed", name


def test_figures_of_activities_in_2023_are_not_those_of_the_pages_of_2024(mips):
    # the archived pages are of performance year 2024 (mips.md 0.2, S7; section 6)
    for name in ("method", "points_high", "points_medium", "points_maximum", "relief"):
        statuses = [mips.in_force(year)[f"mips.improvement_activity_{name}"].status for year in (2023, 2024)]
        assert statuses == ["assumed", "official"], name
    assert mips.in_force(2023)["mips.improvement_apm_share"].status == "assumed"
    assert mips.in_force(2027)["mips.complex_organization_maximum_share"].status == "assumed"


def test_the_set_of_2027_is_smaller_where_proposals_count():
    sets = {}
    for proposed in (False, True):
        rows = load_rules(["mips"], proposed=proposed).in_force(2027).rows("mips.app_measure")
        sets[proposed] = {row["measure_id"] for row in rows if row["pathway"] == "app_plus"}
    assert (len(sets[False]), len(sets[True])) == (9, 8) and sets[False] - sets[True] == {"305"}


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026, 2027])
def test_every_reweighting_has_one_row_whose_weights_sum_to_one(mips, year):
    force, seen = mips.in_force(year), set()
    for name in WEIGHTS:
        for row in force.rows(name):
            key = tuple(v for column, v in row.items() if column not in PARTS)
            assert key not in seen, (name, row)
            seen.add(key)
            weights = [row[part] for part in PARTS]
            gone = [row[f"no_{part}"] for part in PARTS]
            assert sum(weights) == pytest.approx(0 if all(gone) else 1), (name, row)
            assert all(weight == 0 for weight, zero in zip(weights, gone, strict=True) if zero), (name, row)
    # traditional: 2 sizes x 16 combinations; the APP has no cost: 2 x 8
    assert len(seen) == 2 * 16 + 2 * 8


def test_every_rule_has_a_user(mips):
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("programs", "measures", "sources", "reference", "submissions", "jobs", "cli")
        for path in (Path(RULES).parent / folder).rglob("*.*")
        if path.suffix in (".py", ".sql")
    )
    listed = set(mips.names("mips"))
    unused = {n for n in listed if n not in code and f'"{n.removeprefix("mips.")}"' not in code}
    assert not {n for n in unused if not n.endswith("_reweights_interoperability")}


def test_points_of_interoperability_are_one_hundred_by_every_option(mips):
    rows = mips.in_force(2026).rows("mips.interoperability_measure")
    for option in ("A", "B", "C"):
        assert sum(row["points"] for row in rows if row["option"] in (None, option)) == 100
