-- step:      population.gap_month
-- makes:     one row per month inside the time the claims cover in which nobody had a claim; mostly none. The
--            month of claims before it carries its rows through the tables that are kept by service month
-- key:       month
-- reads:     claims.period, claims.quality_count
-- rules:     population.enrollment_flag_month
-- cites:     Corridor
-- evidence:  none
with ends as (
  select min(first_day) as first_day, max(last_day) as last_day
  from claims.period
),
bit as (
  select 0 as b
  union all
  select 1 as b
),
-- no engine shares a way to count upwards: six bits make 64 years
following as (
  select
    row_number() over (order by one.b, two.b, three.b, four.b, five.b, six.b) - 1 as years
  from bit as one
  cross join bit as two
  cross join bit as three
  cross join bit as four
  cross join bit as five
  cross join bit as six
),
calendar as (
  select
    cx_month_of(make_date(cast(year(ends.first_day) + following.years as integer), known.month_of_year, 1)) as month
  from ends
  cross join following
  cross join rules.population_enrollment_flag_month as known
  where cx_month_of(make_date(cast(year(ends.first_day) + following.years as integer), known.month_of_year, 1))
    between cx_month_of(ends.first_day) and cx_month_of(ends.last_day)
),
claimed as (
  select distinct service_month
  from claims.quality_count
  where service_month > 0
)
select
  calendar.month, max(earlier.service_month) as service_month
from calendar
join claimed as earlier on earlier.service_month < calendar.month
left join claimed as same on same.service_month = calendar.month
where same.service_month is null
group by calendar.month
