-- step:      measures.delivery_month
-- makes:     one row per source and month of service: dollars, claims and services as the delivery before the newest
--            knew them, what the newest changed (new claims, adjustments, cancellations), and as they are now
-- key:       source_id, service_month
-- reads:     measures.delivery_version
-- cites:     Corridor; docs/deliveries.md
-- evidence:  measures.delivery_version(source_id, service_month)
with summed as (
  select
    source_id, service_month,
    cast(sum(case when change = 'before' then amount else 0 end) as decimal(18, 2)) as before_amount,
    cast(sum(case when change = 'new_claim' then amount else 0 end) as decimal(18, 2)) as new_claim_amount,
    cast(sum(case when change = 'adjustment' then amount else 0 end) as decimal(18, 2)) as adjustment_amount,
    cast(sum(case when change = 'cancellation' then amount else 0 end) as decimal(18, 2)) as cancellation_amount,
    cast(sum(amount) as decimal(18, 2)) as now_amount,
    cast(sum(case when change = 'before' then claims else 0 end) as bigint) as before_claims,
    cast(sum(case when change = 'new_claim' then claims else 0 end) as bigint) as new_claims,
    cast(sum(case when change = 'adjustment' then claims else 0 end) as bigint) as adjustments,
    cast(sum(case when change = 'cancellation' then -claims else 0 end) as bigint) as cancellations,
    cast(sum(claims) as bigint) as now_claims,
    cast(sum(case when change = 'before' then services else 0 end) as bigint) as before_services,
    cast(sum(services) as bigint) as now_services
  from measures.delivery_version
  where service_month > 0
  group by source_id, service_month
),
horizon as (
  select source_id, max(case when before_claims > 0 then service_month end) as last_month_before
  from summed
  group by source_id
)
select
  summed.source_id, summed.service_month,
  coalesce(summed.service_month <= horizon.last_month_before, false) as known_before,
  summed.before_amount, summed.new_claim_amount, summed.adjustment_amount, summed.cancellation_amount,
  summed.now_amount, cast(summed.now_amount - summed.before_amount as decimal(18, 2)) as change_amount,
  cx_divide(summed.now_amount - summed.before_amount, summed.before_amount) as change_share,
  summed.before_claims, summed.new_claims, summed.adjustments, summed.cancellations, summed.now_claims,
  summed.before_services, summed.now_services
from summed
join horizon on horizon.source_id = summed.source_id
