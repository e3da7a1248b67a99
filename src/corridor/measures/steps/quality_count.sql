-- step:      quality.count
-- makes:     one row per level of reporting, measure and source that gives counts and no patients: the newest of them
-- key:       performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum, source_id, site_id
-- reads:     claims.measure_result, claims.measure_patient
-- cites:     docs/quality.md, several records
-- evidence:  claims.measure_result(performance_year, tin, npi, measure_id, source_id)
-- owner:     tin, npi
with with_patients as (
  select distinct
    source_id, performance_year, tin, npi, entity_id, site_id, measure_id, collection_type
  from claims.measure_patient
),
without_patients as (
  select
    result.source_id, result.site_id, result.performance_year, result.period_start, result.period_end,
    result.participation, result.tin, result.npi, result.entity_id, result.measure_id, result.collection_type,
    result.stratum, result.initial_population, result.denominator, result.exclusion, result.exception,
    result.numerator, result.not_met, result.not_captured, result.captured_known, result.rate, result.small_cell,
    row_number() over (
      partition by
        result.source_id, result.site_id, result.performance_year, result.period_start, result.participation,
        result.tin, result.npi, result.entity_id, result.measure_id, result.collection_type, result.stratum
      order by result.period_end desc
    ) as place
  from claims.measure_result as result
  left join with_patients as held
    on held.source_id = result.source_id and held.performance_year = result.performance_year
    and held.tin = result.tin and held.npi = result.npi and held.entity_id = result.entity_id
    and held.site_id = result.site_id and held.measure_id = result.measure_id
    and held.collection_type = result.collection_type
  where held.source_id is null
),
newest as (
  select
    without_patients.*,
    max(case when npi = '' and entity_id = '' then 1 else 0 end) over (
      partition by source_id, performance_year, tin, measure_id, collection_type
    ) as practice_told
  from without_patients
  where place = 1
),
at_level as (
  select 'clinician' as level, npi as level_npi, '' as level_entity, newest.*
  from newest
  where npi <> ''
  union all
  -- what a source says of the practice itself goes before the sum of its clinicians
  select 'practice' as level, '' as level_npi, '' as level_entity, newest.*
  from newest
  where tin <> '' and entity_id = '' and (practice_told = 0 or npi = '')
  union all
  select 'entity' as level, '' as level_npi, entity_id as level_entity, newest.*
  from newest
  where entity_id <> ''
)
select
  performance_year, level, case when level = 'entity' then '' else tin end as tin, level_npi as npi,
  level_entity as entity_id, measure_id, collection_type, stratum, source_id, site_id,
  max(period_end) as period_end,
  count(*) as results,
  cast(sum(initial_population) as bigint) as initial_population,
  cast(sum(denominator) as bigint) as denominator,
  cast(sum(exclusion) as bigint) as exclusion,
  cast(sum(exception) as bigint) as exception,
  cast(sum(numerator) as bigint) as numerator,
  cast(sum(not_met) as bigint) as not_met,
  cast(sum(not_captured) as bigint) as not_captured,
  max(case when captured_known then 1 else 0 end) = 1 as captured_known,
  case when count(*) = 1 then max(rate) end as stated_rate,
  max(case when small_cell then 1 else 0 end) = 1 as small_cell
from at_level
group by
  performance_year, level, case when level = 'entity' then '' else tin end, level_npi, level_entity, measure_id,
  collection_type, stratum, source_id, site_id
