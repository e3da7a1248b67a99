"""CMS DE-SynPUF 2008-2010: wide rows made long, months of coverage by year made spans.

The summary files carry what Medicare paid by year: ``synpuf.reconciliation`` holds the claims against it.
"""
