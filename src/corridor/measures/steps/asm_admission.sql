-- step:      measures.asm_admission
-- makes:     one row per performance year and TIN/NPI: unplanned cardiovascular admissions of its heart failure
--            patients, for 100 person-years; exploratory, not risk-standardized
-- key:       performance_year, tin, npi
-- reads:     episodes.chronic_episode, episodes.chronic_attribution, claims.medical_claim, claims.claim_diagnosis,
--            claims.person
-- rules:     asm.admission_diagnosis, asm.admission_elective_type, asm.admission_minimum_age,
--            asm.annualisation_days, claims.claim_setting
-- cites:     ASM specification 3.1 (measure 492, whose specification was not available); docs/episodes.md
-- evidence:  episodes.chronic_attribution(tin, npi)
-- owner:     tin, npi
with patient as (
  select
    episode.performance_year, attribution.tin, attribution.npi, episode.episode_id, episode.person_id,
    episode.episode_start, episode.episode_end, episode.episode_days
  from episodes.chronic_episode as episode
  join episodes.chronic_attribution as attribution
    on attribution.episode_id = episode.episode_id and attribution.attributed
  join claims.person as person on person.person_id = episode.person_id
  cross join rules.asm_admission_minimum_age as youngest
  where episode.cohort = 'heart_failure' and not episode.excluded
    and cx_age_on(person.birth_date, episode.episode_start) >= youngest.value
),
cardiovascular as (
  select distinct loaded.code
  from (select distinct diagnosis_code as code from claims.claim_diagnosis where diagnosis_sequence = 1) as loaded
  join rules.asm_admission_diagnosis as listed
    on loaded.code >= listed.code_from
    and (loaded.code <= listed.code_to or starts_with(loaded.code, listed.code_to))
),
admission as (
  select
    stay.source_id, stay.claim_id, min(stay.person_id) as person_id,
    min(coalesce(stay.admission_date, stay.claim_start_date)) as admission_date
  from claims.medical_claim as stay
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = stay.claim_type_code and setting.setting = 'inpatient'
  join claims.claim_diagnosis as diagnosis
    on diagnosis.source_id = stay.source_id and diagnosis.claim_id = stay.claim_id
    and diagnosis.diagnosis_sequence = 1
  join cardiovascular on cardiovascular.code = diagnosis.diagnosis_code
  left join rules.asm_admission_elective_type as planned on planned.admit_type_code = stay.admit_type_code
  where planned.admit_type_code is null
  group by stay.source_id, stay.claim_id
),
-- two claims that begin on one day are one admission
admitted as (
  select patient.episode_id, patient.tin, patient.npi, count(distinct admission.admission_date) as admissions
  from patient
  join admission
    on admission.person_id = patient.person_id and admission.admission_date >= patient.episode_start
    and admission.admission_date <= patient.episode_end
  group by patient.episode_id, patient.tin, patient.npi
)
select
  patient.performance_year, patient.tin, patient.npi,
  count(distinct patient.person_id) as eligible_cases,
  cast(coalesce(sum(admitted.admissions), 0) as bigint) as admissions,
  cx_divide(sum(patient.episode_days), max(year_days.value)) as person_years,
  cx_divide(
    coalesce(sum(admitted.admissions), 0) * 100, cx_divide(sum(patient.episode_days), max(year_days.value))
  ) as rate
from patient
cross join rules.asm_annualisation_days as year_days
left join admitted
  on admitted.episode_id = patient.episode_id and admitted.tin = patient.tin and admitted.npi = patient.npi
group by patient.performance_year, patient.tin, patient.npi
