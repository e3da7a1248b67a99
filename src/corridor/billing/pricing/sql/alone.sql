-- The lines of services paid only where they are the only one of the day (status T) that have another payable
-- service of the same clinician beside them. price_payable (request_id) are the lines otherwise payable.
create or replace temp table price_bundled as
with single as (
  select candidate.position, request.request_id, request.person_id, request.session_id, request.service_date,
    coalesce(request.tin, '') || '/' || coalesce(request.npi, '') as who
  from price_alone as candidate
  join {requests} as request on request.request_id = candidate.request_id
  where {rows}
),
other as (
  select distinct request.person_id, request.session_id, request.service_date,
    coalesce(request.tin, '') || '/' || coalesce(request.npi, '') as who
  from {requests} as request
  join price_payable as payable on payable.request_id = request.request_id
  where {rows} and (request.person_id is not null or request.session_id is not null)
)
select distinct single.position
from single
join other
  on other.service_date = single.service_date
  and coalesce(other.session_id, '') = coalesce(single.session_id, '')
  and other.person_id is not distinct from single.person_id and other.who = single.who
