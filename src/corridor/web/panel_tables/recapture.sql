-- makes: one row per ACO, practice, clinician, risk model, condition category and year: people with a diagnosis of it on any
--        claim of the year before, and of these those without one in the year
-- reads: claims.claim_diagnosis, population.hcc_code, population.hcc_item, attribution.person
with code as (
  select distinct code.diagnosis_code, code.model, code.hcc from population.hcc_code as code where code.model = 'v28'
),
had as (
  select distinct diagnosis.person_id, code.model, code.hcc, diagnosis.service_month // 100 as year
  from claims.claim_diagnosis as diagnosis
  join code on code.diagnosis_code = diagnosis.diagnosis_code
),
seen as (
  select person_id, model, hcc, year + 1 as year, false as again from had
  union all
  select person_id, model, hcc, year, true as again from had
),
carried as (
  select person_id, model, hcc, year, bool_or(again) as again
  from seen
  group by person_id, model, hcc, year
  having bool_or(not again) and year <= (select max(year) from had)
)
select
  person.aco_id, person.tin, person.npi, carried.model, carried.hcc, carried.year, count(*) as people,
  count(*) filter (where not carried.again) as missing_people
from carried
left join attribution.person as person on person.person_id = carried.person_id
group by all
