-- step:      quality.patient
-- makes:     one row per level of reporting, measure, collection type and patient (or event of one), once however many
--            records hold it: what the patient counts as
-- key:       performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum, person_id, event_key
-- reads:     claims.measure_patient
-- rules:     mips.measure_status
-- cites:     docs/quality.md, several records
-- evidence:  claims.measure_patient(performance_year, tin, npi, measure_id, person_id)
-- owner:     tin, npi
with in_force as (
  select
    source_id, site_id, performance_year, period_start, participation, tin, npi, entity_id, measure_id,
    collection_type, stratum, max(period_end) as period_end
  from claims.measure_patient
  group by
    source_id, site_id, performance_year, period_start, participation, tin, npi, entity_id, measure_id,
    collection_type, stratum
),
-- the newest state of each source and period; earlier states of it are history
current_state as (
  select
    patient.source_id, patient.site_id, patient.performance_year, patient.participation, patient.tin, patient.npi,
    patient.entity_id, patient.measure_id, patient.collection_type, patient.stratum, patient.person_id,
    patient.event_key, patient.event_date, patient.status, patient.missing_element, patient.period_end
  from claims.measure_patient as patient
  join in_force
    on in_force.source_id = patient.source_id and in_force.site_id = patient.site_id
    and in_force.performance_year = patient.performance_year and in_force.period_start = patient.period_start
    and in_force.period_end = patient.period_end and in_force.participation = patient.participation
    and in_force.tin = patient.tin and in_force.npi = patient.npi and in_force.entity_id = patient.entity_id
    and in_force.measure_id = patient.measure_id and in_force.collection_type = patient.collection_type
    and in_force.stratum = patient.stratum
),
at_level as (
  select 'clinician' as level, '' as level_entity, npi as level_npi, current_state.*
  from current_state
  where npi <> ''
  union all
  select 'practice' as level, '' as level_entity, '' as level_npi, current_state.*
  from current_state
  where tin <> ''
  union all
  select 'entity' as level, entity_id as level_entity, '' as level_npi, current_state.*
  from current_state
  where entity_id <> ''
),
ranked as (
  select
    at_level.performance_year, at_level.level, case when at_level.level = 'entity' then '' else at_level.tin end as tin,
    at_level.level_npi as npi, at_level.level_entity as entity_id, at_level.measure_id, at_level.collection_type,
    at_level.stratum, at_level.person_id, at_level.event_key, at_level.event_date, at_level.status,
    at_level.missing_element, at_level.period_end, at_level.source_id, at_level.site_id,
    row_number() over (
      partition by
        at_level.performance_year, at_level.level,
        case when at_level.level = 'entity' then at_level.level_entity else at_level.tin end, at_level.level_npi,
        at_level.measure_id, at_level.collection_type, at_level.stratum, at_level.person_id, at_level.event_key
      order by
        meaning.place, at_level.period_end desc, at_level.source_id, at_level.site_id, at_level.npi,
        at_level.entity_id, at_level.tin, at_level.participation, at_level.missing_element nulls last
    ) as place
  from at_level
  join rules.mips_measure_status as meaning on meaning.status = at_level.status
)
select
  performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum, person_id, event_key,
  max(event_date) as event_date,
  max(case when place = 1 then status end) as status,
  max(case when place = 1 then missing_element end) as missing_element,
  max(case when place = 1 then source_id end) as source_id,
  max(case when place = 1 then site_id end) as site_id,
  max(period_end) as period_end,
  count(*) as records,
  count(distinct source_id) as sources,
  count(distinct status) > 1 as records_disagree
from ranked
group by performance_year, level, tin, npi, entity_id, measure_id, collection_type, stratum, person_id, event_key
