-- step:      measures.delivery_side
-- makes:     one row per source, side (before, now) and person of the demographic file of that delivery, with the last
--            month of service the side knew
-- key:       source_id, side, person_id
-- reads:     measures.delivery, measures.delivery_month, cclf_raw.cclf8, identity.person_alias
-- cites:     CCLF Information Packet v38, table 22; docs/deliveries.md
-- evidence:  none
with horizon as (
  select
    source_id, max(service_month) as last_month_now, max(case when known_before then service_month end) as last_month_before
  from measures.delivery_month
  group by source_id
)
select distinct
  delivery.source_id, case when raw.file_date = delivery.newest_date then 'now' else 'before' end as side,
  coalesce(alias.kept_person_id, raw.person_id) as person_id,
  case when raw.file_date = delivery.newest_date then horizon.last_month_now else horizon.last_month_before end
    as last_month
from measures.delivery as delivery
join horizon on horizon.source_id = delivery.source_id
join cclf_raw.cclf8 as raw
  on raw.source_id = delivery.source_id and raw.file_date in (delivery.newest_date, delivery.previous_date)
left join identity.person_alias as alias on alias.person_id = raw.person_id
where raw.person_id is not null
