"""From a number down to its formula, its inputs, the rule, the citation and the claims."""

from corridor.explain.assumptions import assumptions_of
from corridor.explain.page import derivation_page
from corridor.explain.text import assumptions_text, tree_text

__all__ = ["assumptions_of", "assumptions_text", "derivation_page", "tree_text"]
