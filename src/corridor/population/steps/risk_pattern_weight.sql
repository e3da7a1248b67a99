-- step:      population.risk_pattern_weight
-- makes:     one row per segment and term that depends on several HCCs: an interaction with the groups it needs, or
--            a number of HCCs; with its coefficient
-- key:       segment_key, term
-- reads:     population.risk_segment, population.hcc_group_bit, reference.hcc_coefficient
-- rules:     risk.hcc_interaction, risk.hcc_count
-- cites:     CMS-HCC software (interactions, payment HCC counts); CMS relative factors; docs/risk.md
-- evidence:  none
with needed as (
  select
    interaction.model, interaction.term,
    first.group_bit | second.group_bit | coalesce(third.group_bit, 0) as needs_bits
  from rules.risk_hcc_interaction as interaction
  join population.hcc_group_bit as first
    on first.model = interaction.model and first.hcc_group = interaction.group_1
  join population.hcc_group_bit as second
    on second.model = interaction.model and second.hcc_group = interaction.group_2
  left join population.hcc_group_bit as third
    on third.model = interaction.model and third.hcc_group = interaction.group_3
),
term as (
  select model, term, needs_bits, 0 as at_least, cast(null as integer) as below
  from needed
  union all
  select model.model, counted.term, cast(0 as bigint) as needs_bits, counted.at_least, counted.below
  from (select distinct model from population.risk_segment) as model
  cross join rules.risk_hcc_count as counted
),
prefixed as (
  select distinct model, segment_key, prefix, coefficient_vintage from population.risk_segment
)
select
  prefixed.segment_key, term.term, prefixed.model, term.needs_bits, term.at_least, term.below,
  cast(factor.coefficient as decimal(18, 6)) as coefficient
from prefixed
join term on term.model = prefixed.model
join reference.hcc_coefficient as factor
  on factor.model = prefixed.model and factor.vintage = prefixed.coefficient_vintage
  and factor.name = prefixed.prefix || lower(term.term)
