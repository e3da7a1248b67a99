-- step:      population.risk_score
-- makes:     one row per person, payment year and model: the segment, the raw score, the score divided by the
--            normalization factor, and that less the coding intensity of Medicare Advantage
-- key:       person_id, payment_year, model
-- reads:     population.risk_profile, population.risk_pattern_term, population.risk_segment
-- cites:     CMS-HCC software; CMS rate announcements (normalization, coding pattern adjustment); docs/risk.md
-- evidence:  population.risk_component(person_id, payment_year, model)
with pattern as (
  select segment_key, bits, hccs, sum(coefficient) as joint
  from population.risk_pattern_term
  group by segment_key, bits, hccs
),
segment as (
  select
    segment_key, model, max(payment_year) as payment_year, max(segment) as segment,
    max(normalization_factor) as normalization_factor, max(coding_intensity) as coding_intensity,
    max(coefficient_status) as coefficient_status
  from population.risk_segment
  group by segment_key, model
),
scored as (
  select
    profile.person_id, profile.segment_key, profile.hccs,
    cast(profile.additive + coalesce(pattern.joint, 0) as double) as raw_score
  from population.risk_profile as profile
  left join pattern
    on pattern.segment_key = profile.segment_key and pattern.bits = profile.bits and pattern.hccs = profile.hccs
)
select
  scored.person_id, segment.payment_year, segment.model, segment.segment, scored.hccs, scored.raw_score,
  cx_divide(scored.raw_score, segment.normalization_factor) as normalised_score,
  cx_divide(scored.raw_score, segment.normalization_factor) * (1 - coalesce(segment.coding_intensity, 0))
    as payment_score,
  segment.coefficient_status
from scored
join segment on segment.segment_key = scored.segment_key
