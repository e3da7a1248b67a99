-- step:      population.development
-- makes:     one row per lag: how much more had been paid one month later, over the months of service old enough
--            to show it (chain ladder, weighted by volume), and the growth from this lag to the last
-- key:       lag
-- reads:     population.paid_lag, population.paid_through, population.month
-- rules:     population.development_lag, population.development_minimum_months
-- cites:     Corridor (chain ladder); docs/population.md
-- evidence:  population.paid_lag(lag)
with as_of as (
  select day from population.paid_through
),
cell as (
  select calendar.month, known.lag
  from population.month as calendar
  cross join as_of
  join rules.population_development_lag as known
    on known.lag <= cx_months_between(calendar.first_day, as_of.day)
  where calendar.month = calendar.service_month
),
-- a corner of the triangle: all that was paid up to this lag
paid as (
  select cell.month, cell.lag, sum(coalesce(paid_lag.amount, 0)) as amount
  from cell
  left join population.paid_lag as paid_lag
    on paid_lag.service_month = cell.month and paid_lag.lag <= cell.lag
  group by cell.month, cell.lag
),
growth as (
  select
    this.lag, count(*) as months, cast(sum(this.amount) as decimal(18, 2)) as amount,
    cast(sum(later.amount) as decimal(18, 2)) as later_amount
  from paid as this
  join paid as later on later.month = this.month and later.lag = this.lag + 1
  group by this.lag
),
counted as (
  select
    growth.lag, growth.months, growth.amount, growth.later_amount,
    cx_divide(growth.later_amount, growth.amount) as factor
  from growth
  cross join rules.population_development_minimum_months as fewest
  where growth.months >= fewest.value and growth.amount > 0 and growth.later_amount > 0
)
select
  lag, months, amount, later_amount, factor,
  exp(sum(ln(factor)) over (order by lag desc rows between unbounded preceding and current row))
    as factor_to_end
from counted
