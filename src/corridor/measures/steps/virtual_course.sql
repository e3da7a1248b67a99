-- step:      measures.virtual_course
-- makes:     one row per visit that opens a course of care in the measured year (no visit of its service line for so
--            many days before, the days after loaded in full): how it was done, and what followed
-- key:       person_id, service_line, service_date
-- reads:     measures.virtual_visit, measures.virtual_person, measures.person_day, claims.period, run.setting
-- rules:     virtual_care.clean_days, virtual_care.outcome_days
-- cites:     docs/virtual-care.md
-- evidence:  measures.virtual_visit(person_id, service_line, service_date)
with day as (
  select
    person_id, service_line, service_date, max(npi) as npi,
    -- a day with both is a day on which the patient was seen
    min(case when is_virtual then 1 else 0 end) = 1 as is_virtual
  from measures.virtual_visit
  where service_date is not null
  group by person_id, service_line, service_date
),
sequenced as (
  select
    day.*,
    lag(service_date) over (partition by person_id, service_line order by service_date) as before,
    lead(service_date) over (partition by person_id, service_line order by service_date) as after
  from day
),
loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
opening as (
  select
    sequenced.person_id, sequenced.service_line, sequenced.service_date, sequenced.npi, sequenced.is_virtual,
    cx_add_days(sequenced.service_date, -clean.value) as clean_from,
    cx_add_days(sequenced.service_date, follow.value) as followed_to,
    coalesce(cx_days_between(sequenced.service_date, sequenced.after) <= follow.value, false) as followed_up
  from sequenced
  join run.setting as setting on setting.data_year = cx_year_of(sequenced.service_date)
  cross join loaded
  cross join rules.virtual_care_clean_days as clean
  cross join rules.virtual_care_outcome_days as follow
  where cx_days_between(loaded.first_day, sequenced.service_date) >= clean.value
    and cx_days_between(sequenced.service_date, loaded.last_day) >= follow.value
    and (sequenced.before is null or cx_days_between(sequenced.before, sequenced.service_date) > clean.value)
),
-- lines in which virtual care is never or always used have nothing to compare
compared as (
  select service_line
  from opening
  group by service_line
  having min(case when is_virtual then 1 else 0 end) = 0 and max(case when is_virtual then 1 else 0 end) = 1
),
around as (
  select
    opening.person_id, opening.service_line, opening.service_date,
    max(case when near.service_date < opening.service_date then greatest(near.emergency, near.inpatient)
      else 0 end) as acute_before,
    max(case when near.service_date > opening.service_date then near.emergency else 0 end) as emergency_after,
    max(case when near.service_date > opening.service_date then near.inpatient else 0 end) as inpatient_after,
    cast(sum(case when near.service_date >= opening.service_date then near.expenditure else 0 end)
      as decimal(18, 2)) as expenditure_after
  from opening
  join compared on compared.service_line = opening.service_line
  join measures.person_day as near
    on near.person_id = opening.person_id
    and near.service_date between opening.clean_from and opening.followed_to
  group by opening.person_id, opening.service_line, opening.service_date
)
select
  opening.person_id, opening.service_line, opening.service_date, opening.npi, opening.is_virtual,
  person.age_band, person.gender, person.enrollment_type, cx_month_of(opening.service_date) as month,
  around.acute_before, case when opening.followed_up then 1 else 0 end as followed_up,
  around.emergency_after, around.inpatient_after, around.expenditure_after
from opening
join around
  on around.person_id = opening.person_id and around.service_line = opening.service_line
  and around.service_date = opening.service_date
join measures.virtual_person as person on person.person_id = opening.person_id
