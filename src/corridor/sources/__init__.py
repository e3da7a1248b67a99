"""One room per input format; each makes the same canonical claim tables in a schema of its own name.

Every room has ``load.py`` with ``load(paths, warehouse, settings, progress) -> LoadSummary``,
``tables.py`` with RAW_TABLES, and ``steps/`` with the SQL that leads to the canonical tables.
"""
