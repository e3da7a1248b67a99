-- step:      population.completion
-- makes:     one row per month and enrolment type: what expenditure is multiplied by because claims are still to
--            come, and by which method it was found
-- key:       month, enrollment_type
-- reads:     population.month, population.paid_through, population.development
-- rules:     population.completion_method, population.completion_factor
-- cites:     42 CFR 425.605(a) (three months of run-out and a completion factor); docs/population.md
-- evidence:  population.development(lag)
with as_of as (
  select day from population.paid_through
),
first_lag as (
  select min(lag) as lag
  from population.development
),
kind as (
  select distinct enrollment_type
  from rules.population_completion_factor
),
month_lag as (
  select
    calendar.month, calendar.year, as_of.day as paid_through,
    greatest(cx_months_between(calendar.first_day, as_of.day), 0) as run_out_months
  from population.month as calendar
  cross join as_of
),
-- of the growths still to come, the one from the nearest lag there is says all
developed as (
  select month_lag.month, min(development.lag) as lag
  from month_lag
  join population.development as development on development.lag >= month_lag.run_out_months
  group by month_lag.month
),
tabled as (
  select month_lag.month, known.enrollment_type, max(known.run_out_months) as run_out_months
  from month_lag
  join rules.population_completion_factor as known on known.run_out_months <= month_lag.run_out_months
  group by month_lag.month, known.enrollment_type
)
select
  month_lag.month, kind.enrollment_type, month_lag.year, month_lag.run_out_months, month_lag.paid_through,
  cast(developed.lag as integer) as lag,
  case
    when method.value = 'development' then coalesce(development.factor_to_end, 1)
    when method.value = 'table' then coalesce(known.factor, 1)
    else 1
  end as completion_factor,
  case
    when method.value = 'development' and first_lag.lag is not null then 'development'
    when method.value = 'table' and known.factor is not null then 'table'
    else 'none'
  end as method
from month_lag
cross join kind
cross join first_lag
cross join rules.population_completion_method as method
left join developed on developed.month = month_lag.month
left join population.development as development on development.lag = developed.lag
left join tabled on tabled.month = month_lag.month and tabled.enrollment_type = kind.enrollment_type
left join rules.population_completion_factor as known
  on known.enrollment_type = tabled.enrollment_type and known.run_out_months = tabled.run_out_months
