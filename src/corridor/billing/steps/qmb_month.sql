-- step:      billing.qmb_month
-- makes:     one row per person and month of enrolment: whether the person is a Qualified Medicare Beneficiary, and
--            what that rests on (no answer where the source carries no dual status)
-- key:       person_id, month
-- reads:     claims.eligibility, population.month
-- rules:     primary_care.qmb_dual_status, population.enrollment_basis
-- cites:     primary-care code notes D.1 (dual status 01 and 02)
-- evidence:  claims.eligibility(person_id)
-- partition: service_month
with spans as (
  select
    person_id, source_id, enrollment_start_date as start_date, dual_status_code, enrollment_basis,
    cx_month_of(enrollment_start_date) as first_month,
    coalesce(least(cx_month_of(enrollment_end_date), cx_month_of(death_date)), cx_month_of(enrollment_end_date),
      cx_month_of(death_date)) as last_month
  from claims.eligibility
  where enrollment_start_date is not null
),
-- the best-known span of a month speaks for it, as it does in population.enrollment_month
ranked as (
  select
    spans.person_id, calendar.month, calendar.service_month, spans.dual_status_code, spans.enrollment_basis,
    row_number() over (
      partition by spans.person_id, calendar.month
      order by known.place nulls last, spans.start_date desc, spans.source_id, spans.dual_status_code
    ) as place
  from spans
  join population.month as calendar
    on calendar.month >= spans.first_month and (spans.last_month is null or calendar.month <= spans.last_month)
  left join rules.population_enrollment_basis as known on known.enrollment_basis = spans.enrollment_basis
)
select
  ranked.person_id, ranked.month, ranked.dual_status_code,
  case when ranked.dual_status_code is not null then listed.dual_status_code is not null end as qmb,
  ranked.enrollment_basis as basis, ranked.service_month
from ranked
-- one concept, dated: the codes in force on the first day any of its months was known
left join (select distinct dual_status_code from rules.primary_care_qmb_dual_status) as listed
  on listed.dual_status_code = ranked.dual_status_code
where ranked.place = 1
