"""Contracts as data: commercial, Medicaid and Medicare Advantage contracts settled by one engine.

A contract is a YAML file (docs/contracts.md): terms that are dated, and dated again by when they were
agreed. ``read_contract`` reads and checks it, ``settle`` works out what is shared, owed and paid; the two
drug models, an outcomes-based agreement (``outcomes``) and a reference-price rebate (``reference_price``),
are contracts of the same kind of file. No term of a contract is law: none stands in rules/.
"""
