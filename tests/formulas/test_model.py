"""One definition on a scalar, a column and draws; given quantities; groups; children; errors."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from corridor.errors import CorridorError
from corridor.formulas import Banded, Children, Keyed, Listed, Model, count_up_to, formula, pick
from corridor.formulas.bindings import bind
from tests.formulas.law import SmallLaw

Q = Any


@formula(cite="paragraph 1", unit="points")
def score(quality: Q, cost: Q, weight: Q) -> Q:
    """Weighted score."""
    return 100 * (weight * quality + (1 - weight) * cost)


@formula(cite="paragraph 2", unit="points", group="cohort", statistic="median")
def median_score(score: Q) -> Q:
    """Median of the cohort."""
    return np.nanmedian(score, axis=0)


@formula(cite="paragraph 3", unit="points")
def distance(score: Q, median_score: Q) -> Q:
    """How far from the median."""
    return np.where(np.isnan(score), np.nan, score - median_score)


LAW = SmallLaw({"toy.weight": (0.5, "codified")})
MODEL = Model("toy", [score, median_score, distance], {"weight": "toy.weight"})


def test_a_scalar_a_column_and_draws_use_one_definition() -> None:
    assert score(0.5, 1.0, 0.5) == 75.0  # 100 x (0.5 x 0.5 + 0.5 x 1)
    scalar = MODEL.evaluate({"quality": 0.5, "cost": 1.0}, LAW, wanted=["score"])
    assert scalar["score"].shape == ()
    assert scalar["score"] == 75.0
    column = MODEL.evaluate({"quality": np.array([0.5, 0.0]), "cost": 1.0}, LAW, wanted=["score"])
    assert column["score"].tolist() == [75.0, 50.0]
    draws = MODEL.evaluate(
        {"quality": np.array([[0.5, 0.0, 1.0], [0.0, 0.0, 0.0]]), "cost": np.array([1.0, 0.0])},
        LAW, wanted=["score"],
    )  # fmt: skip
    assert draws["score"].tolist() == [[75.0, 50.0, 100.0], [0.0, 0.0, 0.0]]
    assert draws["cost"].tolist() == [1.0, 0.0]  # does not vary by draw


def test_a_group_reduces_within_its_codes() -> None:
    groups = {"cohort": np.array(["a", "b", "a", "a", "b"])}
    ev = MODEL.evaluate({"score": np.array([1.0, 10.0, 3.0, 8.0, 20.0])}, LAW, groups=groups)
    assert ev["median_score"].tolist() == [3.0, 15.0, 3.0, 3.0, 15.0]
    assert ev["distance"].tolist() == [-2.0, -5.0, 0.0, 5.0, 5.0]


def test_a_group_reduces_each_draw_by_itself() -> None:
    groups = {"cohort": np.array([0, 0, 1])}
    scores = np.array([[1.0, 10.0], [3.0, 30.0], [7.0, 70.0]])
    ev = MODEL.evaluate({"score": scores}, LAW, groups=groups)
    assert ev["median_score"].tolist() == [[2.0, 20.0], [2.0, 20.0], [7.0, 70.0]]


def test_a_given_quantity_beats_its_formula_row_by_row() -> None:
    inputs = {
        "quality": np.array([0.5, 0.5]),
        "cost": np.array([1.0, 1.0]),
        "score": np.array([np.nan, 12.0]),
    }
    ev = MODEL.evaluate(inputs, LAW, wanted=["score"])
    assert ev["score"].tolist() == [75.0, 12.0]
    assert ev.explain(0, "score").kind == "formula"
    given = ev.explain(1, "score")
    assert (given.kind, given.value, given.children) == ("input", 12.0, [])


def test_a_formula_that_is_given_for_every_row_is_not_computed() -> None:
    assert MODEL.evaluate({"score": np.array([1.0])}, LAW, wanted=["score"])["score"].tolist() == [1.0]


def test_a_missing_input_names_the_quantity_and_the_chain() -> None:
    with pytest.raises(CorridorError, match="FORMULA-MISSING-INPUT") as caught:
        MODEL.evaluate({"quality": 0.5}, LAW, wanted=["distance"])
    assert caught.value.field == "cost"
    assert "distance <- score <- cost" in caught.value.why


def test_an_unknown_quantity_is_an_error() -> None:
    with pytest.raises(CorridorError, match="FORMULA-UNKNOWN-QUANTITY"):
        MODEL.evaluate({"score": 1.0}, LAW, wanted=["scoer"])


def test_columns_of_different_length_are_an_error() -> None:
    with pytest.raises(CorridorError, match="FORMULA-SHAPE"):
        MODEL.evaluate({"quality": np.zeros(2), "cost": np.zeros(3)}, LAW)


def test_a_ring_is_refused_when_the_model_is_made() -> None:
    @formula(cite="-", unit="-")
    def hen(egg: Q) -> Q:
        """From the egg."""
        return egg

    @formula(cite="-", unit="-")
    def egg(hen: Q) -> Q:
        """From the hen."""
        return hen

    with pytest.raises(CorridorError, match="FORMULA-CYCLE") as caught:
        Model("farm", [hen, egg])
    assert "hen <- egg <- hen" in caught.value.what


def test_a_quantity_has_one_definition() -> None:
    with pytest.raises(CorridorError, match="FORMULA-TWICE"):
        Model("toy", [score, score])


def test_a_function_that_cannot_be_explained_is_refused() -> None:
    with pytest.raises(CorridorError, match="FORMULA-DEFINITION"):

        @formula(cite="-", unit="-")
        def bare(score: Q) -> Q:
            return score


def test_a_group_formula_that_does_not_reduce_is_an_error() -> None:
    @formula(cite="-", unit="-", group="cohort", statistic="none")
    def same(score: Q) -> Q:
        """Returns its members."""
        return score

    with pytest.raises(CorridorError, match="FORMULA-SHAPE"):
        Model("toy", [same]).evaluate({"score": np.zeros(2)}, LAW, groups={"cohort": np.zeros(2)})


# -- tables of the law -----------------------------------------------------------------------

TABLES = SmallLaw(
    {"toy.preset": ("wide", "official")},
    {
        "toy.cuts": [
            {"measure": "008", "kind": "ecqm", "p10": 10.0, "p20": 20.0},
            {"measure": "005", "kind": "ecqm", "p10": 50.0, "p20": None},
        ],
        "toy.bonus": [
            {"at_least": 1, "below": 2, "points": 15.0},
            {"at_least": 2, "below": 16, "points": 10.0},
            {"at_least": 16, "below": None, "points": 0.0},
        ],
        "toy.multiples": [
            {"preset": "wide", "multiple": 2.0}, {"preset": "wide", "multiple": -2.0},
            {"preset": "narrow", "multiple": 1.0},
        ],
    },
)  # fmt: skip


@formula(cite="-", unit="band")
def band(rate: Q, cuts: Q) -> Q:
    """How many cut points the rate reaches."""
    return count_up_to(cuts, rate)


@formula(cite="-", unit="percent")
def lower(cuts: Q, band: Q) -> Q:
    """The cut point below."""
    return pick(cuts, band - 1)


@formula(cite="-", unit="points")
def bonus(bonus_points: Q) -> Q:
    """The bonus."""
    return bonus_points


@formula(cite="-", unit="points", vector=True)
def bounds(multiples: Q) -> Q:
    """The bounds."""
    return multiples + 1


TABLE_MODEL = Model(
    "tables", [band, lower, bonus, bounds],
    {
        "cuts": Keyed("toy.cuts", {"measure": "measure", "kind": "kind"}, ("p10", "p20")),
        "bonus_points": Banded("toy.bonus", "size", "points"),
        "preset": "toy.preset",
        "multiples": Listed("toy.multiples", "multiple", {"preset": "preset"}),
    },
)  # fmt: skip


def test_rows_find_their_own_row_of_a_table() -> None:
    inputs = {
        "measure": np.array(["008", "008", "005", "999"], dtype=object), "kind": "ecqm",
        "rate": np.array([20.0, 9.0, 60.0, 5.0]), "size": np.array([1.0, 15.0, 16.0, np.nan]),
    }  # fmt: skip
    ev = TABLE_MODEL.evaluate(inputs, TABLES)
    assert ev["band"].tolist()[:2] == [2.0, 0.0]
    assert np.isnan(ev["band"][2])  # a list with a hole says nothing
    assert np.isnan(ev["band"][3])  # neither does a measure the law does not know
    assert ev["lower"].tolist()[0] == 20.0
    assert ev["bonus"].tolist()[:3] == [15.0, 10.0, 0.0]
    assert np.isnan(ev["bonus"][3])
    assert ev["bounds"].tolist() == [[-1.0, 3.0]] * 4
    node = ev.explain(0, "band").find("cuts")
    assert node is not None
    assert (node.value, node.label, node.kind, node.status) == (
        [10.0, 20.0],
        "measure 008, kind ecqm",
        "rule",
        "assumed",
    )
    chosen = ev.explain(0, "bounds").find("preset")
    assert chosen is not None
    assert (chosen.value, chosen.role) == ("wide", "test")
    used = {record["rule"]: record["value"] for record in ev.assumptions()}
    assert [row["measure"] for row in used["toy.cuts"]] == ["008", "005"] or len(used["toy.cuts"]) == 2
    assert "toy.preset" not in used  # official


def test_a_table_that_no_row_needed_is_no_assumption() -> None:
    inputs = {"measure": "999", "kind": "ecqm", "rate": 5.0}
    assert TABLE_MODEL.evaluate(inputs, TABLES, wanted=["band"]).assumptions() == []


def test_a_list_for_an_unknown_preset_is_an_error() -> None:
    law = SmallLaw({"toy.preset": ("other", "assumed")}, TABLES.tables)
    with pytest.raises(CorridorError, match="FORMULA-RULE-EMPTY"):
        TABLE_MODEL.evaluate({"rate": 1.0}, law, wanted=["bounds"])


def test_a_table_without_the_column_is_an_error() -> None:
    model = Model("t", [bonus], {"bonus_points": Banded("toy.bonus", "size", "percent")})
    with pytest.raises(CorridorError, match="FORMULA-RULE-COLUMN"):
        model.evaluate({"size": 3.0}, TABLES)


# -- children --------------------------------------------------------------------------------


@formula(cite="-", unit="points")
def points(rate: Q) -> Q:
    """Points of one measure."""
    return rate * 1


@formula(cite="-", unit="points", over="measure", statistic="sum")
def total(points: Q) -> Q:
    """Points of all measures."""
    return points


@formula(cite="-", unit="measures", over="measure", statistic="count")
def counted(points: Q) -> Q:
    """Measures with points."""
    return points > 0


@formula(cite="-", unit="points", over="measure", statistic="max")
def best(points: Q) -> Q:
    """The best measure."""
    return points


def test_children_are_reduced_to_their_parent_and_explained() -> None:
    child = Model("measure", [points]).evaluate(
        {"rate": np.array([3.0, 4.0, np.nan, 5.0])}, LAW, labels=["008", "005", "236", "008"],
        evidence=lambda row, name: f"scores.csv line {row + 2}, {name}",
    )  # fmt: skip
    parent = Model("clinician", [total, counted, best]).evaluate(
        {"dummy": np.zeros(3)}, LAW, children={"measure": Children(child, np.array([0, 0, 0, 2]))}
    )
    assert parent["total"].tolist() == [7.0, 0.0, 5.0]
    assert parent["counted"].tolist() == [2.0, 0.0, 1.0]
    assert parent["best"].tolist()[0::2] == [4.0, 5.0]
    assert np.isnan(parent["best"][1])
    node = parent.explain(0, "total")
    assert (node.group, node.group_size, node.statistic) == ("measure", 3, "sum")
    assert [c.label for c in node.children] == ["008", "005", "236"]
    rate = node.children[0].find("rate")
    assert rate is not None
    assert (rate.value, rate.evidence) == (3.0, "scores.csv line 2, rate")


# -- explaining ------------------------------------------------------------------------------


def test_the_tree_is_read_off_the_function() -> None:
    groups = {"cohort": np.array(["hf", "hf"])}
    ev = MODEL.evaluate({"quality": np.array([0.5, 1.0]), "cost": 1.0}, LAW, groups=groups)
    node = ev.explain(0, "distance")
    assert node.formula == "where(isnan(score), nan, score - median_score)"
    assert node.value == -12.5  # 75 against the median of 75 and 100
    below = {child.name: child for child in node.children}
    assert below["score"].formula == "100 * (weight * quality + (1 - weight) * cost)"
    group = below["median_score"]
    assert (group.kind, group.group, group.group_size, group.statistic) == ("group", "cohort hf", 2, "median")
    assert group.children == []  # not its members
    weight = node.find("weight")
    assert weight is not None
    assert (weight.rule, weight.value, weight.cite) == ("toy.weight", 0.5, "document of toy.weight")
    assert ev.assumptions() == []  # the weight is codified
    assert set(node.to_dict()) >= {"name", "value", "unit", "kind", "cite", "status", "formula", "children"}


def test_a_hundred_thousand_rows_take_well_under_a_second() -> None:
    rng = np.random.default_rng(1)
    n = 100_000
    groups = {"cohort": np.where(np.arange(n) % 3 == 0, "hf", "lbp").astype(object)}
    start = time.perf_counter()
    MODEL.evaluate({"quality": rng.random(n), "cost": rng.random(n)}, LAW, groups=groups)
    assert time.perf_counter() - start < 0.6


def test_a_key_that_varies_by_draw_is_refused() -> None:
    # two rows, three draws each: taking the first two of six would price a row by another's key
    keys = np.array([["008", "005", "008"], ["005", "005", "008"]], dtype=object)
    binding = Keyed("toy.cuts", {"measure": "measure", "kind": "kind"}, ("p10", "p20"))
    with pytest.raises(ValueError, match="6 values for 2 rows"):
        bind(binding, TABLES, {"measure": keys, "kind": np.array("ecqm", dtype=object)}, 2)  # type: ignore[arg-type]
