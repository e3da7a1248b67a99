-- step:      mips.per_capita_case
-- makes:     one row per person and practice answerable for the person in months of the measured year: the clinician
--            with most of the visits that made it so, those months, their standardized cost of Parts A and B
-- key:       person_id, tin
-- reads:     mips.per_capita_event, population.member_month, claims.service_line, run.setting
-- rules:     mips.per_capita_window_days
-- cites:     MIPS cost measure TPCC (attributed months, from memory); docs/mips-eligibility.md
-- evidence:  mips.per_capita_event(person_id, tin)
-- owner:     tin, npi
with reaching as (
  select
    event.person_id, event.tin, event.npi, event.service_date,
    cx_month_of(event.service_date) as first_month,
    cx_month_of(cx_add_days(event.service_date, span.value - 1)) as last_month
  from mips.per_capita_event as event
  cross join rules.mips_per_capita_window_days as span
  join run.setting as setting
    on cx_year_of(event.service_date) <= setting.data_year
    and cx_year_of(cx_add_days(event.service_date, span.value - 1)) >= setting.data_year
),
clinician as (
  select
    person_id, tin, npi, row_number() over (
      partition by person_id, tin order by count(*) desc, max(service_date) desc, npi
    ) as place
  from reaching
  group by person_id, tin, npi
),
held as (
  select distinct reaching.person_id, reaching.tin, month.month
  from reaching
  join population.member_month as month
    on month.person_id = reaching.person_id and month.month >= reaching.first_month
    and month.month <= reaching.last_month
  join run.setting as setting on setting.data_year = month.year
),
cost as (
  select person_id, cx_month_of(service_date) as month, sum(standardized_amount) as standardized
  from claims.service_line
  where part in ('A', 'B') and person_id in (select person_id from reaching) and service_date is not null
  group by person_id, cx_month_of(service_date)
)
select
  held.person_id, held.tin, clinician.npi, count(*) as months,
  cast(coalesce(sum(cost.standardized), 0) as decimal(18, 2)) as standardized_cost,
  cx_divide(coalesce(sum(cost.standardized), 0), count(*)) as monthly_cost
from held
join clinician
  on clinician.person_id = held.person_id and clinician.tin = held.tin and clinician.place = 1
left join cost on cost.person_id = held.person_id and cost.month = held.month
group by held.person_id, held.tin, clinician.npi
