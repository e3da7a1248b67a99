-- step:      population.need_person
-- makes:     one row per person with a month in the measured year that counts: the group of enrolment, the years before
-- key:       person_id
-- reads:     population.enrollment_month, run.setting, claims.period
-- cites:     docs/conditions.md
-- evidence:  population.enrollment_month(person_id)
with months as (
  select
    enrolled.person_id,
    cast(sum(case when enrolled.year = setting.data_year then 1 else 0 end) as bigint) as months,
    cast(sum(case when enrolled.year = setting.data_year - 1 then 1 else 0 end) as bigint) as months_before,
    max(case when enrolled.died and enrolled.year = setting.data_year then 1 else 0 end) as died,
    max(case when enrolled.year = setting.data_year then enrolled.month end) as last_month
  from population.enrollment_month as enrolled
  cross join run.setting as setting
  where enrolled.fee_for_service and enrolled.year <= setting.data_year and enrolled.year >= setting.data_year - 1
  group by enrolled.person_id
),
loaded as (
  select min(period.first_day) as first_day from claims.period as period
)
select
  months.person_id, months.months, months.months_before, months.died = 1 as died, last.enrollment_type,
  case when last.enrollment_type = 'esrd' then 'esrd' else 'other' end as enrollment_group,
  -- a change needs the same person a year before, and claims of that year
  months.months_before > 0 and loaded.first_day <= make_date(setting.data_year - 1, 1, 1) as year_before_known,
  make_date(setting.data_year, 1, 1) as year_start, make_date(setting.data_year + 1, 1, 1) as year_end,
  make_date(setting.data_year - 1, 1, 1) as before_start
from months
join population.enrollment_month as last on last.person_id = months.person_id and last.month = months.last_month
cross join loaded
cross join run.setting as setting
where months.months > 0
