"""WISeR, the side of the companies: averted spending and what CMS pays of it, and what a dashboard carries.

Who must ask, clocks and affirmations are in corridor.billing (prior authorization). No term of payment was
published: share, days to look forward and bounds of the multiplier are inputs without a default.
"""
