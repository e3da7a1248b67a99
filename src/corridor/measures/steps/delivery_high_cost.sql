-- step:      measures.delivery_high_cost
-- makes:     one row per person and year who is a high-cost claimant now and was none by the delivery before the newest
-- key:       source_id, year, person_id
-- reads:     measures.delivery_version
-- rules:     performance.high_cost_amount
-- cites:     Corridor; docs/deliveries.md
-- evidence:  measures.delivery_version(source_id, person_id)
with yearly as (
  select
    source_id, person_id, cast(floor(cx_divide(service_month, 100)) as integer) as year,
    cast(sum(case when known_before then amount else 0 end) as decimal(18, 2)) as before_amount,
    cast(sum(amount) as decimal(18, 2)) as now_amount
  from measures.delivery_version
  where service_month > 0 and person_id is not null
  group by source_id, person_id, cast(floor(cx_divide(service_month, 100)) as integer)
)
select
  yearly.source_id, yearly.year, yearly.person_id, yearly.before_amount, yearly.now_amount,
  cast(yearly.now_amount - yearly.before_amount as decimal(18, 2)) as change_amount,
  cast(threshold.value as decimal(18, 2)) as threshold_amount
from yearly
cross join rules.performance_high_cost_amount as threshold
where yearly.now_amount >= threshold.value and yearly.before_amount < threshold.value
