-- step:      claims.measure_patient
-- makes:     one row per source, reporter, measure, period and patient (or event of one): what the patient counts as
-- key:       source_id, performance_year, period_start, period_end, participation, tin, npi, entity_id, site_id,
--            measure_id, collection_type, stratum, person_id, event_key
-- reads:     qpp_raw.measure_patient, claims.measure_name, identity.person_alias,
--            org_raw.provider_roster
-- rules:     mips.measure_status, mips.measure_patients
-- cites:     docs/quality.md
-- evidence:  none
-- owner:     tin, npi
-- a clinician without a practice in the file belongs to the one practice of the roster, where there is one only
with sole_practice as (
  select npi, min(tin) as tin
  from org_raw.provider_roster
  where npi is not null and tin is not null
  group by npi
  having count(distinct tin) = 1
),
loaded as (
  select
    patient.source_id, patient.delivery_id, patient.performance_year, patient.period_start, patient.period_end,
    patient.participation, coalesce(patient.tin, sole_practice.tin, '') as tin, coalesce(patient.npi, '') as npi,
    coalesce(patient.entity_id, '') as entity_id, coalesce(patient.site_id, '') as site_id, patient.software,
    known.quality_id as measure_id, patient.collection_type, coalesce(patient.stratum, '') as stratum,
    patient.document as source, coalesce(alias.kept_person_id, patient.person_id) as person_id,
    coalesce(cast(patient.event_date as varchar), patient.event_id, '') as event_key, patient.event_date,
    patient.status, patient.missing_element, patient.payer, patient.load_order
  from qpp_raw.measure_patient as patient
  join claims.measure_name as known on known.measure_reference = patient.measure_id
  left join sole_practice
    on sole_practice.npi = patient.npi and patient.tin is null and patient.entity_id is null
  left join identity.person_alias as alias on alias.person_id = patient.person_id
),
-- a file that is loaded again for the same reporter, measure and period replaces the one before it
newest as (
  select
    source_id, performance_year, period_start, period_end, participation, tin, npi, entity_id, site_id, measure_id,
    collection_type, stratum, max(load_order) as load_order
  from loaded
  group by
    source_id, performance_year, period_start, period_end, participation, tin, npi, entity_id, site_id, measure_id,
    collection_type, stratum
),
ranked as (
  select
    loaded.source_id, loaded.delivery_id, loaded.performance_year, loaded.period_start, loaded.period_end,
    loaded.participation, loaded.tin, loaded.npi, loaded.entity_id, loaded.site_id, loaded.software,
    loaded.measure_id, loaded.collection_type, loaded.stratum, loaded.source, loaded.person_id, loaded.event_key,
    loaded.event_date, loaded.status, loaded.missing_element, loaded.payer,
    row_number() over (
      partition by
        loaded.source_id, loaded.performance_year, loaded.period_start, loaded.period_end, loaded.participation,
        loaded.tin, loaded.npi, loaded.entity_id, loaded.site_id, loaded.measure_id, loaded.collection_type,
        loaded.stratum, loaded.person_id, loaded.event_key
      order by
        meaning.place, loaded.delivery_id, loaded.missing_element nulls last, loaded.payer nulls last,
        loaded.software nulls last, loaded.source
    ) as place
  from loaded
  join newest
    on newest.source_id = loaded.source_id and newest.performance_year = loaded.performance_year
    and newest.period_start = loaded.period_start and newest.period_end = loaded.period_end
    and newest.participation = loaded.participation and newest.tin = loaded.tin and newest.npi = loaded.npi
    and newest.entity_id = loaded.entity_id and newest.site_id = loaded.site_id
    and newest.measure_id = loaded.measure_id and newest.collection_type = loaded.collection_type
    and newest.stratum = loaded.stratum and newest.load_order = loaded.load_order
  join rules.mips_measure_status as meaning on meaning.status = loaded.status
  left join rules.mips_measure_patients as counted on counted.collection_type = loaded.collection_type
  where coalesce(counted.all_payer, true) or coalesce(loaded.payer, 'medicare') = 'medicare'
)
select
  source_id, delivery_id, performance_year, period_start, period_end, participation, tin, npi, entity_id, site_id,
  software, measure_id, collection_type, stratum, source, person_id, event_key, event_date, status, missing_element,
  payer
from ranked
where place = 1
