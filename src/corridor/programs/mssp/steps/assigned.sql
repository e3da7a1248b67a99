-- step:      mssp.assigned
-- makes:     one row per person and year: the ACO the person is assigned to in that year, the practice within it,
--            and what that rests on. The measured year has the one answer; a year with an assignment list has that
--            list; any other loaded year is assigned again by its own claims with today's participants
-- key:       person_id, year
-- reads:     attribution.person, attribution.assignment_month, attribution.participant,
--            attribution.primary_care_service, population.enrollment_month, run.setting
-- cites:     42 CFR 425.402(b), 425.652(a)(1) (benchmark years with the current participant list); docs/aco.md
-- evidence:  attribution.primary_care_service(person_id)
-- owner:     aco_id, tin
with aco as (
  select distinct aco_id from attribution.participant where program = 'mssp' and aco_id is not null
),
single as (
  select case when count(*) = 1 then min(aco_id) end as aco_id from aco
),
-- a report does not name its ACO: it is the one it was loaded as, or the only one there is
listed as (
  select
    months.person_id, months.year, min(coalesce(aco.aco_id, single.aco_id)) as aco_id,
    max(case when months.assigned then 1 else 0 end) as assigned
  from attribution.assignment_month as months
  cross join single
  left join aco on aco.aco_id = months.source_id
  where coalesce(aco.aco_id, single.aco_id) is not null
  group by months.person_id, months.year
),
listed_year as (
  select distinct aco_id, year from listed
),
service as (
  select
    service.person_id, cx_year_of(service.service_date) as year, service.provider_id,
    case
      when member.program = 'mssp' and member.aco_id is null then 'several_acos'
      when member.program = 'mssp' then concat('aco ', member.aco_id)
      else concat('other ', service.provider_id)
    end as entity,
    case when member.program = 'mssp' then member.aco_id end as aco_id,
    service.allowed_amount, service.service_date, service.clinician_group <> 'specialist' as for_step_1,
    service.clinician_group <> 'non_physician' as by_physician
  from attribution.primary_care_service as service
  left join attribution.participant as member on member.tin = service.provider_id and not service.is_facility
  where service.in_mssp and service.clinician_group is not null
),
kind as (
  select person_id, year, max(case when for_step_1 then 1 else 0 end) = 1 as has_step_1
  from service
  group by person_id, year
),
by_entity as (
  select
    service.person_id, service.year, service.entity, min(service.aco_id) as aco_id,
    sum(service.allowed_amount) as charges, max(service.service_date) as last_date,
    max(case when service.by_physician then 1 else 0 end) as physicians
  from service
  join kind
    on kind.person_id = service.person_id and kind.year = service.year and kind.has_step_1 = service.for_step_1
  where service.entity <> 'several_acos'
  group by service.person_id, service.year, service.entity
),
ranked as (
  select
    person_id, year, aco_id, physicians,
    row_number() over (partition by person_id, year order by charges desc, last_date desc, entity) as place
  from by_entity
),
enrolled as (
  select
    person_id, year, count(case when fee_for_service then 1 end) as months,
    count(case when medicare_advantage or part_a <> part_b then 1 end) as other_months
  from population.enrollment_month
  group by person_id, year
),
-- who is on no list of the year, of an ACO without one
again as (
  select ranked.person_id, ranked.year, ranked.aco_id
  from ranked
  join enrolled on enrolled.person_id = ranked.person_id and enrolled.year = ranked.year
  left join listed_year on listed_year.year = ranked.year and listed_year.aco_id = ranked.aco_id
  left join listed on listed.person_id = ranked.person_id and listed.year = ranked.year and listed.assigned = 1
  where ranked.place = 1 and ranked.aco_id is not null and ranked.physicians = 1
    and enrolled.months > 0 and enrolled.other_months = 0 and listed_year.year is null and listed.year is null
),
practice as (
  select
    person_id, year, aco_id, provider_id as tin,
    row_number() over (
      partition by person_id, year, aco_id order by sum(allowed_amount) desc, max(service_date) desc, provider_id
    ) as place
  from service
  where aco_id is not null
  group by person_id, year, aco_id, provider_id
),
answered as (
  select measured.person_id, setting.data_year as year, measured.aco_id, measured.tin, measured.basis
  from attribution.person as measured
  join aco on aco.aco_id = measured.aco_id
  cross join run.setting as setting
  union all
  select listed.person_id, listed.year, listed.aco_id, null as tin, 'assignment_list' as basis
  from listed
  join run.setting as setting on setting.data_year <> listed.year
  where listed.assigned = 1
  union all
  select again.person_id, again.year, again.aco_id, null as tin, 'claims_of_the_year' as basis
  from again
  join run.setting as setting on setting.data_year <> again.year
)
select
  answered.person_id, cast(answered.year as integer) as year, answered.aco_id,
  coalesce(answered.tin, practice.tin, case when person.aco_id = answered.aco_id then person.tin end, 'none') as tin,
  answered.basis
from answered
left join practice
  on practice.person_id = answered.person_id and practice.year = answered.year
  and practice.aco_id = answered.aco_id and practice.place = 1
left join attribution.person as person on person.person_id = answered.person_id
