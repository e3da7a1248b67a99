-- step:      claims.period
-- makes:     one row per source: the days its claims cover, in whole months
-- key:       source_id
-- reads:     claims.quality_count
-- cites:     Corridor
-- evidence:  claims.quality_count(source_id)
with ends as (
  select
    source_id, min(first_service_date) as first_date, max(last_service_date) as last_date,
    cast(sum(lines) as bigint) as lines
  from claims.quality_count
  where service_month is not null
  group by source_id
)
select
  source_id,
  make_date(year(first_date), month(first_date), 1) as first_day,
  last_day(last_date) as last_day,
  lines
from ends
where first_date is not null
