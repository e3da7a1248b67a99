-- step:      population.hcc_member
-- makes:     one row per person, model and HCC that stands after the hierarchies, with what it adds to the score
-- key:       person_id, hcc_key
-- reads:     population.hcc_assigned, population.hcc_item, population.hcc_weight, population.risk_member
-- cites:     CMS-HCC software V24H86H1, V28115H1 (hierarchies), transform.py of V28 (CC223); docs/risk.md
-- evidence:  population.hcc_assigned(person_id)
with parents as (
  select person_id, model_key, bit_or(parent_bit) as parent_bits
  from population.hcc_assigned
  group by person_id, model_key
),
conditional as (
  select model_key, parent_bit, needs_bits from population.hcc_item where needs_bits <> 0
),
-- an HCC without what it needs beside it counts for nothing, and drops nothing
held as (
  select
    member.person_id, member.model_key, member.segment_key,
    case
      when conditional.model_key is not null and (parents.parent_bits & conditional.needs_bits) = 0
        then parents.parent_bits - (parents.parent_bits & conditional.parent_bit)
      else parents.parent_bits
    end as parent_bits
  from population.risk_member as member
  join parents on parents.person_id = member.person_id and parents.model_key = member.model_key
  left join conditional on conditional.model_key = parents.model_key
)
select
  assigned.person_id, held.model_key, held.segment_key, assigned.hcc_key, weight.group_bits, weight.coefficient
from population.hcc_assigned as assigned
join held on held.person_id = assigned.person_id and held.model_key = assigned.model_key
join population.hcc_weight as weight
  on weight.segment_key = held.segment_key and weight.hcc_key = assigned.hcc_key
where (held.parent_bits & weight.dropped_by) = 0
  and (weight.needs_bits = 0 or (held.parent_bits & weight.needs_bits) <> 0)
