"""How programs lie on one another: may they coexist, whose is the beneficiary, how dollars are kept apart.

matrix   overlap.md section 3 as data: three questions a pair, each answer with its own source
resolve  several programs for one beneficiary, episode or drug on a day: what is kept, what yields
"""
