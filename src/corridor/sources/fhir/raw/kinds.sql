-- how many resources of each kind the piece holds
select
  case when fhir_listed(r.use, 'authorization') then 'prior authorization' else r.resourceType end as kind, count(*)
from parsed
group by 1
