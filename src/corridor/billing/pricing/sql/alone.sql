-- Beside each service that is paid only where it is the only one of the day (status T, price_alone): every other line
-- of the same clinician, patient and day.
with single as (
  select candidate.position, request.request_id, request.person_id, coalesce(request.session_id, '') as session_id,
    request.service_date, coalesce(request.tin, '') || '/' || coalesce(request.npi, '') as who
  from price_alone as candidate
  join {requests} as request on request.request_id = candidate.request_id
  where {rows} and (request.person_id is not null or request.session_id is not null)
)
select single.position, request.request_id as beside
from {requests} as request
join single
  on single.service_date = request.service_date and single.session_id = coalesce(request.session_id, '')
  and single.person_id is not distinct from request.person_id
where {rows} and single.who = coalesce(request.tin, '') || '/' || coalesce(request.npi, '')
  and request.request_id <> single.request_id
