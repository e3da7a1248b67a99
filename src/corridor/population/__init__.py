"""Member months and spend, risk, conditions, need tiers: the population described, month by month."""
