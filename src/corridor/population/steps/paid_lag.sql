-- step:      population.paid_lag
-- makes:     one row per month of service and months until payment: what was paid so late, Parts A and B
-- key:       service_month, lag
-- reads:     claims.medical_claim
-- cites:     Corridor (development triangle); docs/population.md
-- evidence:  claims.medical_claim(service_month)
-- partition: service_month
with dated as (
  select
    service_month, paid_date,
    greatest(cx_months_between(claim_end_date, paid_date), 0) as lag,
    coalesce(paid_amount, 0) - coalesce(add_on_amount, 0) as amount
  from claims.medical_claim
  where service_month > 0 and claim_end_date is not null and not cx_is_missing_date(paid_date)
)
select
  service_month, cast(lag as integer) as lag, cast(sum(amount) as decimal(18, 2)) as amount, count(*) as lines,
  max(paid_date) as last_paid_date
from dated
group by service_month, lag
