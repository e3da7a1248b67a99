-- makes: one row per ACO, practice, clinician, risk model, condition category and year: people with a diagnosis of it on any
--        claim of the year before who lived through the year and were enrolled in it, and of these those for whom no claim of
--        the year carries it, nor a category above or below it in the hierarchy
-- reads: claims.claim_diagnosis, claims.person, population.person_annual, population.hcc_code, population.hcc_item, attribution.person
with code as (
  select distinct code.diagnosis_code, code.model, code.hcc, item.parent_bit, item.dropped_by
  from population.hcc_code as code
  join population.hcc_item as item on item.model = code.model and item.hcc = code.hcc
  where code.model = 'v28'
),
had as (
  select distinct
    diagnosis.person_id, code.model, code.hcc, code.parent_bit, code.dropped_by, diagnosis.service_month // 100 as year
  from claims.claim_diagnosis as diagnosis
  join code on code.diagnosis_code = diagnosis.diagnosis_code
),
-- what a person's categories of a year drop, and are dropped by, taken together
family as (
  select person_id, model, year, bit_or(parent_bit) as parents, bit_or(dropped_by) as droppers
  from had
  group by person_id, model, year
),
living as (
  select distinct annual.person_id, annual.year
  from population.person_annual as annual
  join claims.person as person on person.person_id = annual.person_id
  where annual.member_months > 0 and annual.year <= (select max(year) from had)
    and (person.death_date is null or extract(year from person.death_date) > annual.year)
),
carried as (
  select
    before.person_id, before.model, before.hcc, living.year,
    again.hcc is not null or coalesce(
      (family.parents & before.dropped_by) <> 0 or (before.parent_bit & family.droppers) <> 0, false
    ) as again
  from had as before
  join living on living.person_id = before.person_id and living.year = before.year + 1
  left join had as again
    on again.person_id = before.person_id and again.model = before.model and again.hcc = before.hcc
    and again.year = living.year
  left join family
    on family.person_id = before.person_id and family.model = before.model and family.year = living.year
)
select
  person.aco_id, person.tin, person.npi, carried.model, carried.hcc, carried.year, count(*) as people,
  count(*) filter (where not carried.again) as missing_people
from carried
left join attribution.person as person on person.person_id = carried.person_id
group by all
