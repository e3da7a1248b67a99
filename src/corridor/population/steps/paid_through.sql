-- step:      population.paid_through
-- makes:     one row: the last day up to which payments are known. A month of payment with next to no lines is a wrong
--            date, and does not make the claims look older than they are
-- key:       day
-- reads:     population.paid_lag
-- rules:     population.paid_month_least_share
-- cites:     Corridor (development triangle); docs/population.md
-- evidence:  none
with paid_month as (
  select cx_month_of(last_paid_date) as month, max(last_paid_date) as day, sum(lines) as lines
  from population.paid_lag
  group by cx_month_of(last_paid_date)
),
typical as (
  select cx_divide(sum(lines), count(*)) as lines
  from paid_month
)
select max(paid_month.day) as day
from paid_month
cross join typical
cross join rules.population_paid_month_least_share as least_share
where paid_month.lines >= least_share.value * typical.lines
