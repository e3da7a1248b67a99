-- step:      team.risk_factor
-- makes:     one row per episode of TEAM that counts: what claims know of the factors its target is adjusted by
-- key:       episode_id
-- reads:     team.episode, claims.person, claims.claim_diagnosis, claims.medical_claim, claims.service_line, reference.hcc_mapping
-- rules:     team.lookback_days, team.condition_model, team.condition_count_top, team.age_band, population.dual_status
-- cites:     42 CFR 512.545(a); team.md 4 (hierarchies are not spoken of and not applied); docs/team.md
-- evidence:  claims.claim_diagnosis(person_id)
-- owner:     facility_ccn
with episode as (
  select
    each.episode_id, each.person_id, each.facility_ccn, each.episode_start, each.age,
    cx_add_days(each.episode_start, -lookback.value) as lookback_start
  from team.episode as each
  cross join rules.team_lookback_days as lookback
  where not each.excluded and each.definition_set = 'team'
),
latest as (
  select max(mapping.vintage) as vintage, count(*) as codes
  from reference.hcc_mapping as mapping
  join rules.team_condition_model as model on model.value = mapping.model
),
mapped as (
  select distinct mapping.diagnosis_code, mapping.hcc
  from reference.hcc_mapping as mapping
  join rules.team_condition_model as model on model.value = mapping.model
  join latest on latest.vintage = mapping.vintage
),
claim as (
  select source_id, claim_id, min(person_id) as person_id, max(claim_end_date) as claim_date
  from claims.medical_claim
  group by source_id, claim_id
),
counted as (
  select episode.episode_id, count(distinct mapped.hcc) as conditions
  from episode
  join claim
    on claim.person_id = episode.person_id and claim.claim_date >= episode.lookback_start
    and claim.claim_date < episode.episode_start
  join claims.claim_diagnosis as diagnosis
    on diagnosis.source_id = claim.source_id and diagnosis.claim_id = claim.claim_id
  join mapped on mapped.diagnosis_code = diagnosis.diagnosis_code
  group by episode.episode_id
),
earlier as (
  select distinct episode.episode_id
  from episode
  join claims.service_line as line
    on line.person_id = episode.person_id and line.service_date >= episode.lookback_start
    and line.service_date < episode.episode_start
  where line.setting = 'snf' or line.setting = 'home_health'
)
select
  episode.episode_id, episode.person_id, episode.facility_ccn, episode.age, band.bracket as age_bracket,
  case when latest.codes > 0 then coalesce(counted.conditions, 0) end as condition_count,
  case when latest.codes > 0 then least(coalesce(counted.conditions, 0), top.value) end as condition_level,
  dual.full_benefit as full_medicaid,
  person.original_reason_entitlement_code = '1' as disabled_originally,
  earlier.episode_id is not null as prior_post_acute
from episode
cross join latest
cross join rules.team_condition_count_top as top
left join rules.team_age_band as band
  on episode.age >= band.at_least and (band.below is null or episode.age < band.below)
left join counted on counted.episode_id = episode.episode_id
left join earlier on earlier.episode_id = episode.episode_id
left join claims.person as person on person.person_id = episode.person_id
left join rules.population_dual_status as dual on dual.dual_status_code = person.dual_status_code
