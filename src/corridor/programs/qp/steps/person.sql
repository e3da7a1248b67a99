-- step:      qp.person
-- makes:     one row per year and person with a covered professional service: whether the person could be attributed to
--            an APM entity, and to which one the person is
-- key:       performance_year, person_id
-- reads:     qp.service, qp.member, claims.person, population.enrollment_month, attribution.person,
--            attribution.assignment_month, run.setting
-- rules:     qp.minimum_age
-- cites:     42 CFR 414.1305 (attribution-eligible beneficiary, from memory), 414.1435; docs/qp.md
-- evidence:  population.enrollment_month(person_id)
with served as (
  select distinct year, person_id from qp.service where services > 0
),
enrolled as (
  select
    person_id, year, count(*) as months, count(case when medicare_advantage then 1 end) as plan_months,
    count(case when not (part_a and part_b) then 1 end) as one_part_months
  from population.enrollment_month
  group by person_id, year
),
entity as (
  select distinct apm_entity_id from qp.member
),
single as (
  select case when count(*) = 1 then min(apm_entity_id) end as apm_entity_id from entity
),
-- the one answer for the measured year; in other years the assignment list, where one is loaded
attributed as (
  select setting.data_year as year, answer.person_id, answer.aco_id as apm_entity_id
  from attribution.person as answer
  cross join run.setting as setting
  where answer.aco_id is not null
  union all
  select listed.year, listed.person_id, min(coalesce(entity.apm_entity_id, single.apm_entity_id)) as apm_entity_id
  from attribution.assignment_month as listed
  cross join single
  cross join run.setting as setting
  left join entity on entity.apm_entity_id = listed.source_id
  where listed.assigned and listed.year <> setting.data_year
  group by listed.year, listed.person_id
),
known as (
  select year from attributed where apm_entity_id is not null group by year
)
select
  served.year as performance_year, served.person_id, attributed.apm_entity_id, known.year is not null as attribution_known,
  case
    when enrolled.person_id is null then 'no month of enrolment'
    when enrolled.plan_months > 0 then 'a month in a health plan'
    when enrolled.one_part_months > 0 then 'a month without both parts'
    when cx_age_on(person.birth_date, make_date(served.year, 1, 1)) < age.value then 'too young'
    else 'eligible'
  end as eligibility
from served
cross join rules.qp_minimum_age as age
left join claims.person as person on person.person_id = served.person_id
left join enrolled on enrolled.person_id = served.person_id and enrolled.year = served.year
left join attributed on attributed.person_id = served.person_id and attributed.year = served.year
left join known on known.year = served.year
