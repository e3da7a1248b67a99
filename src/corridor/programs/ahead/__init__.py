"""AHEAD: a state's total cost of care, hospitals' global budgets, primary care payments, Geo Entities.

There is no CFR subpart, and what is public is little: every parameter of an agreement or specification that
was not read is an input, the order of the steps of a budget is data.

budget      formulas: base years -> baseline -> annual budget step by step -> payments
region      formulas: a state's target, a practice's payment, a Geo Entity's settlement
model       the formulas bound to rules/ahead
compute     the form of the calculator door: checks, warnings, obligations, control totals of markets
"""
