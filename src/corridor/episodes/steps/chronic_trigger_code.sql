-- step:      episodes.chronic_trigger_code
-- makes:     one row per cohort, role and code found in the loaded claims
-- key:       cohort, role, code
-- reads:     claims.medical_claim, claims.claim_diagnosis
-- rules:     asm.episode_trigger_code
-- cites:     42 CFR 512.730; MIPS chronic-condition measures COST_HF_1 and COST_LBP_1 (codes list), ASM specification 2.2(1)
-- evidence:  none
with loaded as (
  select distinct 'hcpcs' as kind, hcpcs_code as code
  from claims.medical_claim
  where hcpcs_code is not null
  union
  select distinct 'diagnosis' as kind, diagnosis_code as code
  from claims.claim_diagnosis
  where diagnosis_code is not null
  union
  select distinct 'diagnosis' as kind, line_diagnosis_code as code
  from claims.medical_claim
  where line_diagnosis_code is not null
)
-- a range is inclusive; an end that is a prefix takes in everything below it
select distinct listed.cohort, listed.role, loaded.code
from loaded
join rules.asm_episode_trigger_code as listed
  on loaded.code >= listed.code_from
  and (loaded.code <= listed.code_to or starts_with(loaded.code, listed.code_to))
  and loaded.kind = case when listed.role = 'diagnosis' then 'diagnosis' else 'hcpcs' end
