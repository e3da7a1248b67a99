-- step:      population.risk_pattern_term
-- makes:     one row per pattern (segment, groups and number of HCCs that people share) and interaction or count
--            term that holds for it
-- key:       segment_key, bits, hccs, term
-- reads:     population.risk_profile, population.risk_pattern_weight
-- cites:     CMS-HCC software (interactions, payment HCC counts); docs/risk.md
-- evidence:  population.risk_profile(segment_key, bits, hccs)
select pattern.segment_key, pattern.bits, pattern.hccs, weight.term, weight.coefficient
from (
  select distinct segment_key, bits, hccs from population.risk_profile where hccs > 0
) as pattern
join population.risk_pattern_weight as weight
  on weight.segment_key = pattern.segment_key and (pattern.bits & weight.needs_bits) = weight.needs_bits
  and weight.at_least <= pattern.hccs and (weight.below is null or pattern.hccs < weight.below)
