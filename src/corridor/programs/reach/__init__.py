"""ACO REACH: benchmark, risk scores with their caps, quality withhold, risk corridors, settlement (to 2026).

The calculator door reads an ACO's figures as CMS's benchmark and settlement workbooks print them, at any
level: totals, or the lines under them. A figure that is given beats its formula. What the model's documents
that were read do not say, or say in two ways, is a required input: settlement refuses with its name and
where it stands.

risk       formulas: raw score -> score of the benchmark    benchmark  formulas: base years -> benchmark
corridor   formulas: savings -> shares, sequestration       quality    formulas: withhold, equity adjustment
model      the formulas bound to rules/reach                where      what each input is and where it stands
settling   any file -> settlement, used by LEAD too         compute    what of it is REACH's own
steps/     High Needs eligibility from claims
"""
