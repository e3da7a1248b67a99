-- how many resources of each kind the piece holds
select
  case when is_authorization(r.use) then 'prior authorization' else r.resourceType end as kind, count(*)
from parsed
group by 1
