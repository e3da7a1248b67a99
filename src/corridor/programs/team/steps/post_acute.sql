-- step:      team.post_acute
-- makes:     one row per hospital, facility that cared for its people after discharge, place of care, set of definitions and
--            category: episodes, what counts of the spending, days of care inside the window an episode
-- key:       definition_set, hospital_ccn, provider_ccn, setting, category
-- reads:     team.service, team.episode
-- rules:     team.post_acute_stage
-- cites:     42 CFR 512.525; team.md 2.4, 2.6; docs/team.md
-- evidence:  team.service(definition_set)
-- owner:     hospital_ccn
with claim as (
  select
    service.definition_set, service.facility_ccn as hospital_ccn, coalesce(service.service_ccn, '') as provider_ccn,
    service.stage as setting, service.episode_id, min(service.person_id) as person_id,
    sum(service.episode_amount) as spend, min(service.service_date) as first_day,
    max(service.service_end_date) as last_day
  from team.service as service
  join rules.team_post_acute_stage as stage on stage.stage = service.stage
  where service.exclusion_reason is null and service.share_inside > 0
  group by service.definition_set, service.facility_ccn, coalesce(service.service_ccn, ''), service.stage,
    service.episode_id, service.source_id, service.claim_id
),
-- a stay billed by the month is several claims of one facility
care as (
  select
    claim.definition_set, claim.hospital_ccn, claim.provider_ccn, claim.setting, episode.category,
    claim.episode_id, min(claim.person_id) as person_id, sum(claim.spend) as spend,
    sum(cx_days_between(claim.first_day, least(claim.last_day, episode.episode_end)) + 1) as days
  from claim
  join team.episode as episode on episode.episode_id = claim.episode_id
  group by claim.definition_set, claim.hospital_ccn, claim.provider_ccn, claim.setting, episode.category,
    claim.episode_id
)
select
  definition_set, hospital_ccn, provider_ccn, setting, category, count(*) as episodes,
  count(distinct person_id) as people, cast(sum(spend) as decimal(18, 2)) as spend,
  cx_divide(sum(days), count(*)) as mean_days
from care
group by definition_set, hospital_ccn, provider_ccn, setting, category
