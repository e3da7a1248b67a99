-- step:      episodes.chronic_risk_factor
-- makes:     one row per counted episode and term of the cost model that it carries; every episode has `intercept`
-- key:       episode_id, term
-- reads:     episodes.chronic_observed, episodes.chronic_risk_profile, claims.medical_claim, claims.claim_diagnosis
-- rules:     asm.episode_comorbidity, asm.episode_age_band, asm.episode_esrd_status, asm.episode_dual_status,
--            asm.episode_disability_reason, asm.episode_institutional_place, asm.episode_risk_setting,
--            asm.expected_cost_factor, claims.claim_setting
-- cites:     42 CFR 512.730; ASM specification 2.2(8)
-- evidence:  episodes.chronic_service(episode_id)
with episode as (
  select episode_id, person_id, lookback_start, episode_start
  from episodes.chronic_observed
),
people as (
  select distinct person_id from episode
),
claim as (
  select distinct lines.source_id, lines.claim_id, lines.person_id, lines.claim_end_date as claim_date,
    case when place.place_of_service_code is not null then 1 else 0 end as institutional
  from claims.medical_claim as lines
  join people on people.person_id = lines.person_id
  join rules.claims_claim_setting as setting on setting.claim_type_code = lines.claim_type_code
  join rules.asm_episode_risk_setting as counted on counted.setting = setting.setting
  left join rules.asm_episode_institutional_place as place
    on place.place_of_service_code = lines.place_of_service_code
),
claim_before as (
  select distinct episode.episode_id, claim.source_id, claim.claim_id, claim.institutional
  from episode
  join claim
    on claim.person_id = episode.person_id and claim.claim_date >= episode.lookback_start
    and claim.claim_date < episode.episode_start
),
term_of_code as (
  select distinct listed.term, loaded.code
  from (select distinct diagnosis_code as code from claims.claim_diagnosis) as loaded
  join rules.asm_episode_comorbidity as listed
    on loaded.code >= listed.code_from
    and (loaded.code <= listed.code_to or starts_with(loaded.code, listed.code_to))
),
carried as (
  select distinct claim_before.episode_id, 'hcc_' || term_of_code.term as term, 'hcc' as factor
  from claim_before
  join claims.claim_diagnosis as diagnosis
    on diagnosis.source_id = claim_before.source_id and diagnosis.claim_id = claim_before.claim_id
  join term_of_code on term_of_code.code = diagnosis.diagnosis_code
  union all
  select distinct episode_id, 'long_term_institutional' as term, 'long_term_institutional' as factor
  from claim_before
  where institutional = 1
  union all
  select profile.episode_id, band.term, 'age_bracket' as factor
  from episodes.chronic_risk_profile as profile
  join rules.asm_episode_age_band as band
    on profile.age >= band.at_least and (band.below is null or profile.age < band.below)
  where not band.is_reference
  union all
  select profile.episode_id, 'originally_disabled' as term, 'originally_disabled' as factor
  from episodes.chronic_risk_profile as profile
  join rules.asm_episode_disability_reason as reason
    on reason.original_reason_entitlement_code = profile.original_reason_entitlement_code
  union all
  select profile.episode_id, 'esrd' as term, 'esrd' as factor
  from episodes.chronic_risk_profile as profile
  join rules.asm_episode_esrd_status as status on status.medicare_status_code = profile.medicare_status_code
  union all
  select profile.episode_id, 'dual_eligible' as term, 'dual_eligible' as factor
  from episodes.chronic_risk_profile as profile
  join rules.asm_episode_dual_status as dual on dual.dual_status_code = profile.dual_status_code
)
select profile.episode_id, 'intercept' as term, profile.cohort, profile.performance_year, profile.subgroup
from episodes.chronic_risk_profile as profile
union all
select carried.episode_id, carried.term, profile.cohort, profile.performance_year, profile.subgroup
from carried
join rules.asm_expected_cost_factor as factor on factor.factor = carried.factor
join episodes.chronic_risk_profile as profile on profile.episode_id = carried.episode_id
