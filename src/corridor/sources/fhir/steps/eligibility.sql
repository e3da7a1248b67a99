-- step:      fhir.eligibility
-- makes:     one row per span of a person, with what the newest Patient says; of whom only a Patient is known has one
--            span without parts, from birth
-- key:       source_id, person_id, enrollment_start_date
-- reads:     fhir.coverage_span, fhir_raw.patient, fhir_raw.coverage, identity.person_alias
-- cites:     HL7 FHIR Coverage and Patient; docs/sources/fhir.md
-- evidence:  none
with patient as (
  select
    raw.source_id, raw.delivery_id, coalesce(alias.kept_person_id, raw.person_id) as person_id, raw.birth_date,
    raw.gender, raw.race_code, raw.state_code, raw.zip_code, raw.death_date,
    row_number() over (
      partition by raw.source_id, coalesce(alias.kept_person_id, raw.person_id)
      order by
        raw.last_updated desc nulls last, raw.load_sequence desc, raw.file_number desc, raw.resource_number desc
    ) as place
  from fhir_raw.patient as raw
  left join identity.person_alias as alias on alias.person_id = raw.person_id
),
coverage as (
  select
    raw.source_id, coalesce(alias.kept_person_id, raw.person_id) as person_id, raw.medicare_status_code,
    raw.original_reason_entitlement_code,
    row_number() over (
      partition by raw.source_id, coalesce(alias.kept_person_id, raw.person_id)
      order by
        case when raw.medicare_status_code is null then 1 else 0 end, raw.last_updated desc nulls last,
        raw.load_sequence desc, raw.file_number desc, raw.resource_number desc
    ) as place,
    max(raw.original_reason_entitlement_code) over (
      partition by raw.source_id, coalesce(alias.kept_person_id, raw.person_id)
    ) as any_reason
  from fhir_raw.coverage as raw
  left join identity.person_alias as alias on alias.person_id = raw.person_id
),
span as (
  select
    source_id, person_id, start_date, end_date, delivery_id, part_a, part_b, medicare_advantage, part_d,
    dual_status_code, enrollment_basis
  from fhir.coverage_span
  union all
  select
    patient.source_id, patient.person_id, patient.birth_date, null, patient.delivery_id, null, null, null, null, null,
    'current_status_carried_back'
  from patient
  left join (select distinct source_id, person_id from fhir.coverage_span) as known
    on known.source_id = patient.source_id and known.person_id = patient.person_id
  where patient.place = 1 and known.person_id is null and patient.birth_date is not null
)
select
  span.source_id, span.delivery_id, span.person_id, patient.birth_date,
  coalesce(patient.gender, 'unknown') as gender, patient.race_code, patient.state_code,
  cast(null as varchar) as county_code, patient.zip_code, patient.death_date,
  span.start_date as enrollment_start_date, coalesce(span.end_date, patient.death_date) as enrollment_end_date,
  coalesce(coverage.original_reason_entitlement_code, coverage.any_reason) as original_reason_entitlement_code,
  coverage.medicare_status_code, span.dual_status_code, cast(span.part_a as boolean) as part_a,
  cast(span.part_b as boolean) as part_b, cast(span.medicare_advantage as boolean) as medicare_advantage,
  cast(span.part_d as boolean) as part_d, span.enrollment_basis
from span
left join patient
  on patient.source_id = span.source_id and patient.person_id = span.person_id and patient.place = 1
left join coverage
  on coverage.source_id = span.source_id and coverage.person_id = span.person_id and coverage.place = 1
where patient.death_date is null or span.start_date <= patient.death_date
