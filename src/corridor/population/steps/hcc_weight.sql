-- step:      population.hcc_weight
-- makes:     one row per segment and HCC: its coefficient
-- key:       segment_key, hcc_key
-- reads:     population.risk_segment, population.hcc_item, reference.hcc_coefficient
-- cites:     CMS relative factors of the payment year; docs/risk.md
-- evidence:  none
with prefixed as (
  select distinct model, segment_key, prefix, coefficient_vintage from population.risk_segment
)
select
  prefixed.segment_key, item.hcc_key, prefixed.model, item.hcc, item.dropped_by, item.group_bits, item.needs_bits,
  item.parent_bit,
  cast(coalesce(factor.coefficient, 0) as decimal(18, 6)) as coefficient, factor.name is not null as has_coefficient
from prefixed
join population.hcc_item as item on item.model = prefixed.model
left join reference.hcc_coefficient as factor
  on factor.model = prefixed.model and factor.vintage = prefixed.coefficient_vintage
  and factor.name = prefixed.prefix || 'hcc' || cast(item.hcc as varchar)
