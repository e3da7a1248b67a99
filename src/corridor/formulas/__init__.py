"""Named formulas: one definition, evaluated on a scalar, a column or draws, and walked to explain."""

from corridor.formulas.bindings import Banded, Keyed, Listed, Scalar
from corridor.formulas.definition import Formula, formula
from corridor.formulas.evaluation import Children, Evaluation
from corridor.formulas.lists import count_below, count_up_to, each, pick
from corridor.formulas.model import Model
from corridor.formulas.node import Node
from corridor.formulas.rounding import decimal_half_up, round_half_up, round_to_step

__all__ = [
    "Banded",
    "Children",
    "Evaluation",
    "Formula",
    "Keyed",
    "Listed",
    "Model",
    "Node",
    "Scalar",
    "count_below",
    "count_up_to",
    "decimal_half_up",
    "each",
    "formula",
    "pick",
    "round_half_up",
    "round_to_step",
]
