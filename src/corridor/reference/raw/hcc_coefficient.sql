-- reference.hcc_coefficient: names in lower case, as the models differ in how they write them; the letter before
-- the number of a version says which software it came from
select
  case when domain = 'esrd' then 'esrd_v' else 'v' end || substr(version, 2, 2) as model,
  lower(name) as name, coefficient, case when '$stage' = 'proposed' then 'proposed' else 'official' end as status
from staged
where domain <> 'rx'
