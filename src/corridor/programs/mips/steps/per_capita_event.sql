-- step:      mips.per_capita_event
-- makes:     one row per person, practice, clinician and day of a visit that makes the practice answerable for the
--            person for a year: a visit with another primary care service near it (of any practice) or soon after it
--            (of the same)
-- key:       person_id, tin, npi, service_date
-- reads:     attribution.primary_care_line
-- rules:     mips.per_capita_near_days, mips.per_capita_confirm_days, mips.per_capita_specialty
-- cites:     MIPS cost measure TPCC (candidate events, from memory); docs/mips-eligibility.md
-- evidence:  attribution.primary_care_line(person_id, tin)
-- owner:     tin, npi
with care as (
  select person_id, tin, npi, service_date, rendering_specialty_code
  from attribution.primary_care_line
  where facility_kind is null and in_mssp and tin is not null and npi is not null and service_date is not null
),
days as (
  select person_id, service_date, count(*) as lines
  from care
  group by person_id, service_date
),
near as (
  select
    person_id, service_date, lines,
    lag(service_date) over (partition by person_id order by service_date) as day_before,
    lead(service_date) over (partition by person_id order by service_date) as day_after
  from days
),
practice as (
  select
    person_id, tin, service_date,
    lead(service_date) over (partition by person_id, tin order by service_date) as next_day
  from (select distinct person_id, tin, service_date from care) as visited
),
visit as (
  select distinct care.person_id, care.tin, care.npi, care.service_date
  from care
  join rules.mips_per_capita_specialty as listed
    on care.rendering_specialty_code >= listed.code_from and care.rendering_specialty_code <= listed.code_to
)
select visit.person_id, visit.tin, visit.npi, visit.service_date
from visit
join near on near.person_id = visit.person_id and near.service_date = visit.service_date
join practice
  on practice.person_id = visit.person_id and practice.tin = visit.tin and practice.service_date = visit.service_date
cross join rules.mips_per_capita_near_days as apart
cross join rules.mips_per_capita_confirm_days as soon
where near.lines > 1
  or cx_days_between(near.day_before, visit.service_date) <= apart.value
  or cx_days_between(visit.service_date, near.day_after) <= apart.value
  or cx_days_between(visit.service_date, practice.next_day) <= soon.value
