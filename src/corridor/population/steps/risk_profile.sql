-- step:      population.risk_profile
-- makes:     one row per person and model: the sum over its HCCs, how many there are, and which groups they make up
-- key:       person_id, model_key
-- reads:     population.risk_member, population.hcc_member
-- cites:     CMS-HCC software (interactions, payment HCC counts); docs/risk.md
-- evidence:  population.hcc_member(person_id, model_key)
with summed as (
  select
    person_id, model_key, sum(coefficient) as disease, cast(count(*) as integer) as hccs,
    bit_or(group_bits) as group_bits
  from population.hcc_member
  group by person_id, model_key
)
select
  member.person_id, member.model_key, member.segment_key, member.cell_key,
  member.flag_bits | coalesce(summed.group_bits, 0) as bits, coalesce(summed.hccs, 0) as hccs,
  cast(member.demographic + coalesce(summed.disease, 0) as decimal(18, 6)) as additive
from population.risk_member as member
left join summed on summed.person_id = member.person_id and summed.model_key = member.model_key
