-- step:      population.hcc_group_bit
-- makes:     one row per model and group that stands in its interactions: the bit that stands for it
-- key:       model, hcc_group
-- reads:     population.risk_model
-- rules:     risk.hcc_interaction
-- cites:     CMS-HCC software (interactions); bits so that all groups of a person fit one number: docs/risk.md
-- evidence:  none
with named as (
  select model, group_1 as hcc_group from rules.risk_hcc_interaction
  union
  select model, group_2 as hcc_group from rules.risk_hcc_interaction
  union
  select model, group_3 as hcc_group from rules.risk_hcc_interaction where group_3 is not null
)
select
  named.model, model.model_key, named.hcc_group,
  cast(1 as bigint) << cast(row_number() over (partition by named.model order by named.hcc_group) - 1 as integer)
    as group_bit
from named
join population.risk_model as model on model.model = named.model
