-- rows of a facility file; a second segment has no dates of its own and repeats no payment: the first one's hold
select
  segments.* exclude (clm_from_dt, clm_thru_dt),
  coalesce(segments.clm_from_dt, head.clm_from_dt) as clm_from_dt,
  coalesce(segments.clm_thru_dt, head.clm_thru_dt) as clm_thru_dt,
  segments.segment = head.segment as is_head
from staged as segments
join (
  select clm_id, min(segment) as segment, max(clm_from_dt) as clm_from_dt, max(clm_thru_dt) as clm_thru_dt
  from staged group by clm_id
) as head on head.clm_id = segments.clm_id
