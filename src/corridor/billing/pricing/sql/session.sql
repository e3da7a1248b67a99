-- The lines whose price hangs on other lines of the same clinician or practice, patient and day.
-- price_candidate (position, kind, scope) are the lines with such a rule; those alone in their session are left out
-- unless a rule counts units. {requests} and {rows} as in resolve.sql.
create or replace temp table price_session_line as
with line as (
  select
    candidate.position, candidate.kind, candidate.counts_units, request.service_date, request.person_id,
    coalesce(request.session_id, '') as session_id,
    -- a line that names neither patient nor session stands alone
    case when request.session_id is null and request.person_id is null then request.request_id else -1 end as alone_id,
    case
      when candidate.scope = 'practice' then coalesce(request.tin, request.npi, '')
      else coalesce(request.tin, '') || '/' || coalesce(request.npi, '')
    end as who,
    candidate.scope
  from price_candidate as candidate
  join {requests} as request on request.request_id = candidate.request_id
  where {rows}
),
session as (
  select
    service_date, person_id, session_id, alone_id, who, scope, count(*) as lines,
    row_number() over (order by service_date, person_id, session_id, alone_id, who, scope) as session_number
  from line
  group by service_date, person_id, session_id, alone_id, who, scope
)
select line.position, line.kind, session.session_number
from session
join line
  on line.service_date = session.service_date and line.session_id = session.session_id
  and line.alone_id = session.alone_id and line.who = session.who and line.scope = session.scope
  and line.person_id is not distinct from session.person_id
where session.lines > 1 or line.counts_units
