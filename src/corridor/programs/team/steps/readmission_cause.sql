-- step:      team.readmission_cause
-- makes:     one row per hospital, set of definitions, category and MS-DRG of a readmission that counts: what people came back for
-- key:       definition_set, hospital_ccn, category, cause
-- reads:     team.window_stay, team.episode, team.service, reference.ms_drg
-- cites:     42 CFR 512.525; team.md 2.4; docs/team.md
-- evidence:  team.window_stay(definition_set)
-- owner:     hospital_ccn
with grouped as (
  select drg_code, min(mdc_code) as mdc_code from reference.ms_drg group by drg_code
),
stay as (
  select
    episode.definition_set, episode.facility_ccn as hospital_ccn, episode.category, stay.episode_id,
    stay.person_id, stay.source_id, stay.claim_id, coalesce(stay.own_drg_code, '') as cause,
    case when stay.facility_ccn = episode.facility_ccn then stay.person_id end as came_back
  from team.window_stay as stay
  join team.episode as episode on episode.episode_id = stay.episode_id
  where stay.kind = 'readmission' and stay.exclusion_reason is null and stay.share_inside > 0
),
paid as (
  select episode_id, source_id, claim_id, sum(episode_amount) as spend
  from team.service
  where stage = 'readmission'
  group by episode_id, source_id, claim_id
)
select
  stay.definition_set, stay.hospital_ccn, stay.category, stay.cause,
  -- the group of MS-DRGs it is of, where their table is installed
  min(grouped.mdc_code) as mdc_code, count(distinct stay.episode_id) as episodes,
  count(distinct stay.person_id) as people, count(*) as stays,
  count(distinct stay.came_back) as same_hospital_people,
  cast(coalesce(sum(paid.spend), 0) as decimal(18, 2)) as spend
from stay
left join paid
  on paid.episode_id = stay.episode_id and paid.source_id = stay.source_id and paid.claim_id = stay.claim_id
left join grouped on grouped.drg_code = stay.cause
group by stay.definition_set, stay.hospital_ccn, stay.category, stay.cause
