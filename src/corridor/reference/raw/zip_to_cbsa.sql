-- reference.zip_to_cbsa: a ZIP code that lies in several areas counts where most of its addresses are
select zip_code, cbsa, tot_ratio as share
from (
  select *, row_number() over (partition by zip_code order by tot_ratio desc nulls last, cbsa) as place from staged
) as ranked
where place = 1
