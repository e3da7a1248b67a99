-- org_raw.assignment_turnover
select
  person_id, coalesce(performance_year, $year) as performance_year, coalesce(report_period, $period) as report_period,
  plur_r05, ab_r01, hmo_r03, no_us_r02, mdm_r04, nofnd_r06
from staged
join person_map as who on who.identifier = bene_mbi_id
