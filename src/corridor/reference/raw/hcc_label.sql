-- reference.hcc_label
select
  case
    when domain = 'esrd' then 'esrd_' || lower(version)
    when domain = 'rx' then 'rx_' || replace(lower(version), 'r', 'v')
    else lower(version)
  end as model,
  cast(regexp_extract(hcc, '[0-9]+') as integer) as hcc, label
from staged
