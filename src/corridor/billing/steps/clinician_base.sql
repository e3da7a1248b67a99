-- step:      billing.clinician_base
-- makes:     one row per clinician, practice and year of service: the setting most of the professional lines are priced
--            in; the locality is not told yet, and national indices stand in
-- key:       npi, tin, year
-- reads:     claims.service_line
-- rules:     pfs.place_of_service_setting
-- cites:     fee schedule notes A.4; docs/apcm.md
-- evidence:  claims.service_line(npi, tin)
-- owner:     tin, npi
with counted as (
  select
    lines.npi, lines.tin, cx_year_of(lines.service_date) as year, place.setting, count(*) as lines
  from claims.service_line as lines
  left join rules.pfs_place_of_service_setting as place
    on place.place_of_service_code = lines.place_of_service_code and lines.service_date >= place.valid_from
    and (place.valid_to is null or lines.service_date < place.valid_to)
  where lines.part = 'B' and lines.setting = 'professional' and lines.npi is not null and lines.tin is not null
    and lines.service_date is not null
  group by lines.npi, lines.tin, cx_year_of(lines.service_date), place.setting
),
ranked as (
  select
    npi, tin, year, setting, lines, sum(lines) over (partition by npi, tin, year) as all_lines,
    row_number() over (partition by npi, tin, year order by lines desc, setting desc nulls last) as place
  from counted
)
select
  npi, tin, year, cast(null as varchar) as mac, cast(null as varchar) as locality,
  coalesce(setting, 'non_facility') as setting, false as qp, cast(lines as bigint) as lines,
  cast(all_lines as bigint) as all_lines
from ranked
where place = 1
