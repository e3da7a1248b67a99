-- reference.hcc_hierarchy: V20 is what the hierarchies of the ESRD model V21 are called
select distinct
  case
    when domain = 'esrd' then 'esrd_' || replace(lower(version), 'v20', 'v21')
    when domain = 'rx' then 'rx_' || replace(lower(version), 'r', 'v')
    else lower(version)
  end as model,
  hcc, dropped_hcc
from staged
