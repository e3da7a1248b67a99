"""Law as dated data: loads rules/*.yaml and answers what holds in a year, as known on a day.

>>> from corridor.law import load_rules
>>> force = load_rules(["asm"]).in_force(performance_year=2027)
>>> force.scalar("asm.risk_level")
0.09
"""

from corridor.law.force import RulesInForce, RuleValue
from corridor.law.rules import RULES, Period, Rules, load_rules, programs_with_rules
from corridor.law.schema import before
from corridor.law.typed import Shape

__all__ = [
    "RULES",
    "Period",
    "RuleValue",
    "Rules",
    "RulesInForce",
    "Shape",
    "before",
    "load_rules",
    "programs_with_rules",
]
