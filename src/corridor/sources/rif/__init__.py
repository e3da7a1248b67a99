"""CMS research identifiable files (RIF): pipe-delimited, a row per claim line that repeats its claim.

``load`` reads them into ``rif_raw.*``: the claim once, its lines, diagnoses and procedures apart, so that no
amount can be counted twice; the steps pick the last version of a claim and make the canonical tables.
"""
