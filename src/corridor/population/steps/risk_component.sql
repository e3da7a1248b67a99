-- step:      population.risk_component
-- makes:     one row per person, payment year, model and term of the score: the parts sum to the raw score
-- key:       person_id, payment_year, model, term
-- reads:     population.risk_profile, population.risk_cell_term, population.risk_pattern_term,
--            population.hcc_member, population.hcc_item, population.hcc_weight, population.risk_model,
--            population.risk_pattern_weight
-- cites:     CMS-HCC software; CMS relative factors of the payment year; docs/risk.md
-- evidence:  population.risk_diagnosis(person_id)
with part as (
  select profile.person_id, term.model, term.term, 'demographic' as kind, term.coefficient
  from population.risk_profile as profile
  join population.risk_model as model on model.model_key = profile.model_key
  join population.risk_cell_term as term on term.cell_key = profile.cell_key and term.model = model.model
  union all
  select member.person_id, item.model, 'HCC' || cast(item.hcc as varchar) as term, 'hcc' as kind, member.coefficient
  from population.hcc_member as member
  join population.hcc_item as item on item.hcc_key = member.hcc_key
  join population.hcc_weight as weight
    on weight.segment_key = member.segment_key and weight.hcc_key = member.hcc_key and weight.has_coefficient
  union all
  select
    profile.person_id, model.model, term.term,
    case when weight.needs_bits = 0 then 'count' else 'interaction' end as kind, term.coefficient
  from population.risk_profile as profile
  join population.risk_model as model on model.model_key = profile.model_key
  join population.risk_pattern_term as term
    on term.segment_key = profile.segment_key and term.bits = profile.bits and term.hccs = profile.hccs
  join population.risk_pattern_weight as weight
    on weight.segment_key = term.segment_key and weight.term = term.term
)
select
  part.person_id, model.payment_year, part.model, part.term, part.kind,
  cast(part.coefficient as double) as coefficient,
  'coefficients of ' || model.coefficient_vintage as source, model.coefficient_status as status
from part
join population.risk_model as model on model.model = part.model
