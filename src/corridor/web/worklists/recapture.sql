-- one row per patient alive, risk model and chronic condition that stood in the measured year and no claim of the last year
-- loaded carries, nor one above or below it in the hierarchy. Where a payment year blends two models, the newest alone is
-- listed: a condition stands in both under categories of other numbers, and would count twice
-- reads: population.hcc, population.risk_model, population.risk_person, population.hcc_code, population.hcc_item, claims.claim_diagnosis, claims.person, population.pbpy, attribution.person
with last as (
  select max(service_month) // 100 as year from claims.claim_diagnosis
),
newest as (
  select blend_people, max(model) as model
  from population.risk_model
  where blend_weight > 0
  group by blend_people
),
standing as (
  select hcc.person_id, hcc.model, hcc.hcc, hcc.label, hcc.coefficient, item.dropped_by, item.parent_bit
  from population.hcc as hcc
  join population.hcc_item as item on item.model = hcc.model and item.hcc = hcc.hcc
  join newest on newest.model = hcc.model
  left join population.risk_person as scored on scored.person_id = hcc.person_id
  where hcc.chronic
    and newest.blend_people = case when coalesce(scored.esrd_status, 'none') = 'none' then 'other' else 'esrd' end
),
again as (
  select distinct diagnosis.person_id, code.model, code.hcc, code.parent_bit, item.dropped_by
  from claims.claim_diagnosis as diagnosis
  join last on diagnosis.service_month // 100 = last.year
  join population.hcc_code as code on code.diagnosis_code = diagnosis.diagnosis_code
  join population.hcc_item as item on item.model = code.model and item.hcc = code.hcc
  where diagnosis.person_id in (select person_id from standing)
),
carried as (
  select distinct standing.person_id, standing.model, standing.hcc
  from standing
  join again
    on again.person_id = standing.person_id and again.model = standing.model
    and (
      again.hcc = standing.hcc or (again.parent_bit & standing.dropped_by) <> 0
      or (standing.parent_bit & again.dropped_by) <> 0
    )
),
mean as (
  select sum(spent.expenditure) / sum(spent.person_years) as amount
  from population.pbpy as spent
  join made.setting as setting on setting.data_year = spent.year
)
select
  standing.person_id, standing.model || '|' || cast(standing.hcc as varchar) || '|' || cast(last.year as varchar) as subject,
  owner.tin, owner.npi, cast(standing.coefficient * mean.amount as double) as dollars, null::bigint as n,
  null::date as day, 'HCC ' || cast(standing.hcc as varchar) as kind,
  coalesce(standing.label, 'Condition category ' || cast(standing.hcc as varchar)) as words
from standing
cross join last
cross join mean
join made.setting as setting on setting.data_year < last.year
join claims.person as person on person.person_id = standing.person_id and person.death_date is null
left join attribution.person as owner on owner.person_id = standing.person_id
left join carried
  on carried.person_id = standing.person_id and carried.model = standing.model and carried.hcc = standing.hcc
where carried.person_id is null
