-- step:      billing.seen_month
-- makes:     one row per person with a focal clinician and month of enrolment: when the clinician or the practice had
--            last seen the person before the month, and the first visit in it that could start APCM
-- key:       person_id, month
-- reads:     billing.focal_year, claims.service_line, population.enrollment_month
-- rules:     primary_care.seen_visit_code, primary_care.initiating_visit_code
-- cites:     89 FR 97881-82 as primary-care code notes D.2 cite it; docs/apcm.md
-- evidence:  claims.service_line(person_id)
with seen_code as (
  select distinct hcpcs_code from rules.primary_care_seen_visit_code
),
visit as (
  select
    focal.person_id, focal.year, lines.service_date, cx_month_of(lines.service_date) as month,
    case when initiating.hcpcs_code is not null then lines.service_date end as initiating_date
  from claims.service_line as lines
  join seen_code on seen_code.hcpcs_code = lines.hcpcs_code
  join billing.focal_year as focal
    on focal.person_id = lines.person_id and (focal.npi = lines.npi or focal.tin = lines.tin)
  left join rules.primary_care_initiating_visit_code as initiating
    on initiating.hcpcs_code = lines.hcpcs_code and lines.service_date >= initiating.valid_from
    and (initiating.valid_to is null or lines.service_date < initiating.valid_to)
  where lines.part = 'B' and lines.setting = 'professional' and lines.service_date is not null
),
in_month as (
  select
    person_id, year, month, max(service_date) as last_seen_in_month, min(initiating_date) as initiating_date
  from visit
  group by person_id, year, month
),
-- months and months of visits in one line of time, for the focal clinician of each year: what was seen last before a
-- month is the largest behind it
wanted as (
  select enrolled.person_id, focal.year, enrolled.month
  from population.enrollment_month as enrolled
  join billing.focal_year as focal on focal.person_id = enrolled.person_id and focal.year = enrolled.year
),
timeline as (
  select person_id, year, month, cast(null as date) as seen, 1 as wanted from wanted
  union all
  select person_id, year, month, last_seen_in_month as seen, 0 as wanted from in_month
),
behind as (
  select
    person_id, year, month, wanted,
    max(seen) over (
      partition by person_id, year order by month, wanted desc rows between unbounded preceding and 1 preceding
    ) as last_seen_before
  from timeline
)
select
  behind.person_id, behind.month, behind.last_seen_before, in_month.last_seen_in_month, in_month.initiating_date
from behind
left join in_month
  on in_month.person_id = behind.person_id and in_month.year = behind.year and in_month.month = behind.month
where behind.wanted = 1
