-- one row per line billed that a billing audit finds paid in error or at risk
-- reads: billing.finding
select
  found.person_id, found.kind || '|' || coalesce(found.source_id, '') || '|' || coalesce(found.claim_id, '') || '|'
  || coalesce(cast(found.claim_line_number as varchar), '') || '|' || coalesce(cast(found.month as varchar), '') as subject,
  any_value(found.tin) as tin, any_value(found.npi) as npi, cast(max(found.dollars) as double) as dollars,
  null::bigint as n, max(found.service_date) as day, found.kind,
  case when min(found.direction) = 'paid_in_error' then 'Paid in error. ' else 'At risk. ' end || min(found.todo) as words
from billing.finding as found
where found.direction in ('paid_in_error', 'at_risk') and found.person_id is not null
group by found.person_id, found.kind, found.source_id, found.claim_id, found.claim_line_number, found.month
