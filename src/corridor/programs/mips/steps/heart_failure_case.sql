-- step:      mips.heart_failure_case
-- makes:     one row per heart failure episode of the measured year and clinician it is attributed to: days at risk,
--            and unplanned cardiovascular admissions in it
-- key:       case_id, tin, npi
-- reads:     episodes.chronic_episode, episodes.chronic_attribution, measures.admission, claims.person,
--            measures.performance_member, run.setting
-- rules:     asm.admission_diagnosis, asm.admission_minimum_age
-- cites:     MIPS measure 492 (specification not available; patients by the episodes of COST_HF_1); docs/mips-eligibility.md
-- evidence:  episodes.chronic_attribution(tin, npi)
-- owner:     tin, npi
with patient as (
  select
    episode.episode_id, attribution.tin, attribution.npi, episode.person_id, episode.episode_start,
    episode.episode_end, episode.episode_days
  from episodes.chronic_episode as episode
  join run.setting as setting on setting.data_year = episode.performance_year
  join episodes.chronic_attribution as attribution
    on attribution.episode_id = episode.episode_id and attribution.attributed
  join claims.person as person on person.person_id = episode.person_id
  cross join rules.asm_admission_minimum_age as youngest
  where episode.cohort = 'heart_failure' and not episode.excluded
    and cx_age_on(person.birth_date, episode.episode_start) >= youngest.value
),
cardiovascular as (
  select distinct loaded.code
  from (select distinct diagnosis_code as code from measures.admission where diagnosis_code is not null) as loaded
  join rules.asm_admission_diagnosis as listed
    on loaded.code >= listed.code_from
    and (loaded.code <= listed.code_to or starts_with(loaded.code, listed.code_to))
),
admitted as (
  select patient.episode_id, patient.tin, patient.npi, count(*) as admissions
  from patient
  join measures.admission as stay
    on stay.person_id = patient.person_id and stay.stay_kind = 'acute' and not stay.planned
    and stay.admission_date >= patient.episode_start and stay.admission_date <= patient.episode_end
  join cardiovascular on cardiovascular.code = stay.diagnosis_code
  group by patient.episode_id, patient.tin, patient.npi
)
select
  patient.episode_id as case_id, patient.tin, patient.npi, patient.person_id, patient.episode_days,
  coalesce(admitted.admissions, 0) as observed, member.risk_group
from patient
left join admitted
  on admitted.episode_id = patient.episode_id and admitted.tin = patient.tin and admitted.npi = patient.npi
left join measures.performance_member as member on member.person_id = patient.person_id
