-- step:      measures.delivery
-- makes:     one row per source of monthly claim feeds with two deliveries at least: the newest and the one before it
-- key:       source_id
-- reads:     cclf_raw.cclf1, cclf_raw.cclf5, cclf_raw.cclf8
-- cites:     CCLF Information Packet v38, section 2: a delivery holds what was processed since the one before; Corridor
-- evidence:  none
with arrived as (
  select source_id, delivery_id, file_date from cclf_raw.cclf1 where file_date is not null
  union
  select source_id, delivery_id, file_date from cclf_raw.cclf5 where file_date is not null
  union
  select source_id, delivery_id, file_date from cclf_raw.cclf8 where file_date is not null
),
-- files of one day are one delivery, however they were loaded
ranked as (
  select
    source_id, file_date, max(delivery_id) as delivery_id,
    row_number() over (partition by source_id order by file_date desc) as place
  from arrived
  group by source_id, file_date
)
select
  newest.source_id, newest.file_date as newest_date, newest.delivery_id as newest_delivery_id,
  previous.file_date as previous_date, previous.delivery_id as previous_delivery_id
from ranked as newest
join ranked as previous
  on previous.source_id = newest.source_id and previous.place = newest.place + 1 and newest.place = 1
