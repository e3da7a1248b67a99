"""LEAD, the Long-term Enhanced ACO Design, successor of ACO REACH from 2027.

The door, the refusal of what lacks, and the arithmetic of corridors are those of ACO REACH
(corridor.programs.reach); benchmark, risk scores, discount and quality are LEAD's own. Much of LEAD was read
in notes on CMS's papers, not in the papers: every settlement lists what is not official.

benchmark  formulas: base years -> benchmark of a cohort (A&D, ESRD, High Needs), its claims
settle     formulas: discount, quality at risk, corridors, size, guarantee
model      the formulas bound to rules/lead            compute  what is LEAD's own in a settlement
"""
