-- step:      episodes.chronic_service_code
-- makes:     one row per cohort, setting, code system and loaded code that is a service of the cohort
-- key:       cohort, setting, code_system, code
-- reads:     claims.service_line, claims.claim_diagnosis, reference.episode_service_code
-- rules:     asm.episode_service_code
-- cites:     42 CFR 512.730; MIPS measure codes list where installed, else ASM specification 2.2(6); docs/episodes.md
-- evidence:  none
with loaded as (
  select distinct setting, 'hcpcs' as code_system, hcpcs_code as code from claims.service_line
  union
  select distinct setting, 'drg' as code_system, drg_code as code from claims.service_line
  union
  select distinct setting, 'revenue' as code_system, revenue_center_code as code from claims.service_line
  union
  select distinct setting, 'ndc' as code_system, ndc_code as code from claims.service_line
  union
  select distinct settings.setting, 'diagnosis' as code_system, diagnosis.diagnosis_code as code
  from claims.claim_diagnosis as diagnosis
  cross join (select distinct setting from claims.service_line) as settings
  where diagnosis.diagnosis_sequence = 1
),
installed_cohort as (
  select distinct cohort from reference.episode_service_code
),
own as (
  select
    listed.cohort, loaded.setting, loaded.code_system, loaded.code, listed.category, listed.needs_diagnosis,
    row_number() over (
      partition by listed.cohort, loaded.setting, loaded.code_system, loaded.code
      order by listed.code_from desc, listed.category
    ) as place
  from loaded
  join rules.asm_episode_service_code as listed
    on listed.setting = loaded.setting and listed.code_system = loaded.code_system
    and loaded.code >= listed.code_from
    and (loaded.code <= listed.code_to or starts_with(loaded.code, listed.code_to))
  where listed.cohort not in (select cohort from installed_cohort)
),
-- an installed list names codes one by one, for every setting; what is done for many reasons (HCPCS, revenue
-- centres) needs a diagnosis of the cohort as well
installed as (
  select
    listed.cohort, loaded.setting, loaded.code_system, loaded.code, listed.category,
    loaded.code_system in ('hcpcs', 'revenue') as needs_diagnosis, listed.valid_from, listed.valid_to,
    row_number() over (
      partition by listed.cohort, loaded.setting, loaded.code_system, loaded.code
      order by listed.vintage desc, listed.category
    ) as place
  from loaded
  join reference.episode_service_code as listed
    on listed.code_system = loaded.code_system and listed.code = loaded.code
)
select cohort, setting, code_system, code, category, needs_diagnosis, 'rule' as origin,
  cast(null as date) as valid_from, cast(null as date) as valid_to
from own
where place = 1
union all
select cohort, setting, code_system, code, coalesce(category, 'services') as category, needs_diagnosis, 'installed' as origin,
  valid_from, valid_to
from installed
where place = 1
