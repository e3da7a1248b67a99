"""Which measures, collection types and pathway give the highest final score, from what is collected.

The choice is exact: every pathway, every category that may be withheld, and for each of these the best set of
results by a search that leaves out no better one (``choose``); what it finds is scored by the formulas that
settle MIPS. A property test lays it beside every subset there is.
"""

from corridor.programs.best_mix.mix import Mix, best_mixes

__all__ = ["Mix", "best_mixes"]
