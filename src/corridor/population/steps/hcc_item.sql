-- step:      population.hcc_item
-- makes:     one row per HCC of a model: a number of its own, the bit that stands for it where it drops others, the
--            bits of those that drop it, the groups it is in, what it needs beside it
-- key:       model, hcc
-- reads:     population.risk_model, population.hcc_group_bit, reference.hcc_mapping, reference.hcc_hierarchy,
--            reference.hcc_edit
-- rules:     risk.hcc_group, risk.hcc_needs, risk.hcc_removed
-- cites:     CMS-HCC software V24H86H1, V28115H1 (hierarchies); transform.py of V28 (CC223); docs/risk.md
-- evidence:  none
with listed as (
  select distinct mapping.model, mapping.hcc
  from reference.hcc_mapping as mapping
  join population.risk_model as model
    on model.model = mapping.model and model.mapping_vintage = mapping.vintage
  union
  select edit.model, edit.hcc
  from reference.hcc_edit as edit
  join population.risk_model as model on model.model = edit.model
  where edit.hcc is not null
),
-- a model has one hierarchy whatever the year: the editions, of which one is known to be cut, are joined
pair as (
  select distinct hierarchy.model, hierarchy.hcc, hierarchy.dropped_hcc
  from reference.hcc_hierarchy as hierarchy
  join population.risk_model as model on model.model = hierarchy.model
),
parent as (
  select
    model, hcc,
    cast(1 as bigint) << cast(row_number() over (partition by model order by hcc) - 1 as integer) as parent_bit
  from (select distinct model, hcc from pair) as parents
),
dropping as (
  select pair.model, pair.dropped_hcc as hcc, bit_or(parent.parent_bit) as dropped_by
  from pair
  join parent on parent.model = pair.model and parent.hcc = pair.hcc
  group by pair.model, pair.dropped_hcc
),
grouped as (
  select member.model, member.hcc, bit_or(bits.group_bit) as group_bits
  from rules.risk_hcc_group as member
  join population.hcc_group_bit as bits on bits.model = member.model and bits.hcc_group = member.hcc_group
  group by member.model, member.hcc
),
needing as (
  select needs.model, needs.hcc, bit_or(parent.parent_bit) as needs_bits
  from rules.risk_hcc_needs as needs
  join parent on parent.model = needs.model and parent.hcc = needs.needs_hcc
  group by needs.model, needs.hcc
)
select
  listed.model, model.model_key, listed.hcc,
  cast(row_number() over (order by listed.model, listed.hcc) as integer) as hcc_key,
  coalesce(parent.parent_bit, 0) as parent_bit, coalesce(dropping.dropped_by, 0) as dropped_by,
  coalesce(grouped.group_bits, 0) as group_bits, coalesce(needing.needs_bits, 0) as needs_bits
from listed
join population.risk_model as model on model.model = listed.model
left join parent on parent.model = listed.model and parent.hcc = listed.hcc
left join dropping on dropping.model = listed.model and dropping.hcc = listed.hcc
left join grouped on grouped.model = listed.model and grouped.hcc = listed.hcc
left join needing on needing.model = listed.model and needing.hcc = listed.hcc
left join rules.risk_hcc_removed as removed on removed.model = listed.model and removed.hcc = listed.hcc
where removed.hcc is null
