"""MSSP: the Medicare Shared Savings Program (42 CFR part 425), performance years 2012 to 2027.

An accountable care organization answers for the expenditure of the people assigned to it. Where it stays
under its updated benchmark by the minimum savings rate, it shares the savings; under two-sided risk it owes
a share of losses. Quality decides how much of the rate is left.

benchmark, adjust   formulas: base years -> historical -> updated benchmark
reconcile, tracks   formulas: benchmark and expenditure -> savings earned or losses owed
quality             formulas: measures -> quality score and standard
model               the formulas bound to rules/mssp      compute  from inputs to a settlement
door, public_file   the calculator door: files            result   rows, beside CMS's own figures
sequence            which levels an ACO may take, year by year
steps/              assigned people, expenditure, benchmark, projection from claims
"""
