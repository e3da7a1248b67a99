-- reference.county: islands that share a code are one county
select county_code, string_agg(distinct county_name, ', ' order by county_name) as county_name, min(state) as state
from staged
group by county_code
