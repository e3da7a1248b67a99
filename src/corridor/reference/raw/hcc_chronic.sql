-- reference.hcc_chronic: the copies differ in a few models; an HCC one of them leaves open is as the other says
select
  case when domain = 'esrd' then 'esrd_' || lower(version) when domain = 'rx' then 'rx_' || replace(replace(lower(version), 'rx', ''), 'r', 'v') else lower(version) end as model,
  cast(regexp_extract(hcc, '[0-9]+') as integer) as hcc, bool_or(chronic) as chronic
from staged
where chronic is not null
group by 1, 2
