-- step:      billing.clinician_base
-- makes:     one row per clinician, practice and year of service: the locality and the setting most of the professional
--            lines are priced in, and whether they are priced as of a qualifying participant
-- key:       npi, tin, year
-- reads:     billing.line
-- rules:     pfs.place_of_service_setting
-- cites:     fee schedule notes A.4; docs/apcm.md
-- evidence:  billing.line(npi, tin)
-- owner:     tin, npi
with counted as (
  select
    line.npi, line.tin, cx_year_of(line.service_date) as year, line.mac, line.locality,
    coalesce(line.setting, place.setting) as setting, coalesce(line.qp, false) as qp, count(*) as lines
  from billing.line as line
  left join rules.pfs_place_of_service_setting as place
    on place.place_of_service_code = line.place_of_service_code and line.service_date >= place.valid_from
    and (place.valid_to is null or line.service_date < place.valid_to)
  where line.npi is not null and line.tin is not null and line.service_date is not null
  group by line.npi, line.tin, cx_year_of(line.service_date), line.mac, line.locality,
    coalesce(line.setting, place.setting), coalesce(line.qp, false)
),
ranked as (
  select
    npi, tin, year, mac, locality, setting, qp, lines, sum(lines) over (partition by npi, tin, year) as all_lines,
    row_number() over (
      partition by npi, tin, year
      order by case when mac is null then 1 else 0 end, lines desc, mac, locality, setting desc nulls last, qp
    ) as place
  from counted
)
select
  npi, tin, year, mac, locality, coalesce(setting, 'non_facility') as setting, qp, cast(lines as bigint) as lines,
  cast(all_lines as bigint) as all_lines
from ranked
where place = 1
