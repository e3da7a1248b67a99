-- whose result a row is: what a file leaves out follows from what it says
select
  line_number, coalesce(performance_year, cx_year_of(period_end)) as performance_year,
  coalesce(period_start, make_date(coalesce(performance_year, cx_year_of(period_end)), 1, 1)) as period_start,
  coalesce(period_end, make_date(performance_year, 12, 31)) as period_end,
  coalesce(
    participation,
    case when npi is not null then 'individual' when entity_id is not null then 'apm_entity' else 'group' end
  ) as participation,
  tin, npi, entity_id, site_id, software, program_name, upper(measure_id) as measure_id,
  case
    when upper(measure_id) like '%SSP' and coalesce(collection_type, 'mipscqm') = 'mipscqm' then 'medicare_cqm'
    when collection_type is null and upper(measure_id) like 'CMS%' then 'ecqm'
    else collection_type
  end as collection_type,
  stratum, coalesce(document, 'csv') as document
from staged
