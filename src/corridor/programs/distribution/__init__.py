"""Distribution: savings, losses and payment adjustments split among practices and clinicians by a plan.

The plan is data (docs/distribution.md). ``read_plan`` reads it, ``distribute`` splits every pool to the cent,
``flags`` names the terms that counsel may ask about.
"""
