-- step:      population.month
-- makes:     one row per calendar month the claims of any source cover
-- key:       month
-- reads:     claims.quality_count, population.gap_month
-- cites:     Corridor
-- evidence:  claims.quality_count(service_month)
-- partition: service_month
with known as (
  select distinct service_month as month, service_month
  from claims.quality_count
  where service_month > 0
),
months as (
  select month, service_month
  from known
  union all
  select gap.month, gap.service_month
  from population.gap_month as gap
  join known on known.service_month = gap.service_month
),
days as (
  select
    month, service_month,
    make_date(cast(floor(cx_divide(month, 100)) as integer), cast(month % 100 as integer), 1) as first_day
  from months
)
select
  month, first_day, last_day(first_day) as last_day, cx_year_of(first_day) as year, service_month
from days
