-- step:      measures.delivery_cell
-- makes:     one row per source, year, side (before, now), enrolment type and setting of care: dollars and services in
--            the member months of that side
-- key:       source_id, year, side, enrollment_type, setting
-- reads:     measures.delivery_side, measures.delivery_version, population.enrollment_month
-- cites:     Corridor; docs/deliveries.md
-- evidence:  measures.delivery_version(source_id, setting)
with monthly as (
  select
    source_id, person_id, service_month, setting, known_before, sum(amount) as amount, sum(services) as services
  from measures.delivery_version
  where service_month > 0
  group by source_id, person_id, service_month, setting, known_before
)
select
  side.source_id, enrolled.year, side.side, coalesce(enrolled.enrollment_type, 'unknown') as enrollment_type,
  monthly.setting, cast(sum(monthly.amount) as decimal(18, 2)) as amount,
  cast(sum(monthly.services) as bigint) as services
from measures.delivery_side as side
join monthly on monthly.source_id = side.source_id and monthly.person_id = side.person_id
join population.enrollment_month as enrolled
  on enrolled.person_id = side.person_id and enrolled.month = monthly.service_month and enrolled.fee_for_service
where monthly.service_month <= side.last_month and (side.side = 'now' or monthly.known_before)
group by side.source_id, enrolled.year, side.side, coalesce(enrolled.enrollment_type, 'unknown'), monthly.setting
