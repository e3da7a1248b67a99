-- makes: one row per clinician, practice or entity, site, measure, collection type and rate: how complete its data is at the last month
--        loaded of each performance year
-- reads: quality.completeness
with placed as (
  select
    *,
    row_number() over (
      partition by
        performance_year, participation, tin, npi, entity_id, site_id, measure_id, collection_type, stratum
      order by month desc
    ) as place
  from quality.completeness
)
select
  performance_year, participation,
  case when entity_id <> '' then 'entity' when npi <> '' then 'clinician' else 'practice' end as level,
  tin, npi, entity_id, site_id, measure_id, collection_type, stratum, month, denominator, captured, not_captured,
  captured_known, case_count, captured_share, completeness, patients_short, cases_short, standing, small_cell
from placed
where place = 1
