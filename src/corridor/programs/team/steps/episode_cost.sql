-- step:      team.episode_cost
-- makes:     one row per episode that counts: its spending by place of care, before and after the cap of its cell, and after it
-- key:       episode_id
-- reads:     team.episode, team.service, team.window_stay
-- rules:     team.high_cost_percentile, team.shadow_cost_floor
-- cites:     42 CFR 512.540, 512.545; team.md 3 (step 2), 5; docs/team.md
-- evidence:  team.service(episode_id)
-- owner:     facility_ccn
with spent as (
  select
    episode_id,
    sum(case when stage = 'anchor' then episode_amount else 0 end) as anchor_amount,
    sum(case when stage = 'readmission' then episode_amount else 0 end) as readmission_amount,
    sum(case when stage = 'rehabilitation' or stage = 'long_term_care' then episode_amount else 0 end)
      as rehabilitation_amount,
    sum(case when stage = 'snf' then episode_amount else 0 end) as snf_amount,
    sum(case when stage = 'home_health' then episode_amount else 0 end) as home_health_amount,
    sum(case when stage = 'outpatient' then episode_amount else 0 end) as outpatient_amount,
    sum(case when stage = 'professional' then episode_amount else 0 end) as professional_amount,
    sum(case when stage = 'hospice' or stage = 'dme' or stage = 'other' then episode_amount else 0 end)
      as other_amount,
    sum(episode_amount) as spending, sum(post_amount) as post_episode_spending,
    sum(case when exclusion_reason is not null then standardized_amount else 0 end) as excluded_amount
  from team.service
  group by episode_id
),
readmitted as (
  select episode_id, count(*) as readmissions
  from team.window_stay
  where kind = 'readmission' and exclusion_reason is null and share_inside > 0
  group by episode_id
),
known as (
  select
    episode.episode_id, episode.definition_set, episode.category, episode.code, episode.price_code,
    episode.setting, episode.person_id, episode.facility_ccn, episode.surgeon_npi, episode.division,
    episode.price_year, episode.anchor_start, episode.anchor_end, episode.episode_start, episode.episode_end,
    coalesce(spent.anchor_amount, 0) as anchor_amount,
    coalesce(spent.readmission_amount, 0) as readmission_amount,
    coalesce(spent.rehabilitation_amount, 0) as rehabilitation_amount,
    coalesce(spent.snf_amount, 0) as snf_amount, coalesce(spent.home_health_amount, 0) as home_health_amount,
    coalesce(spent.outpatient_amount, 0) as outpatient_amount,
    coalesce(spent.professional_amount, 0) as professional_amount,
    coalesce(spent.other_amount, 0) as other_amount, coalesce(spent.spending, 0) as spending,
    coalesce(spent.post_episode_spending, 0) as post_episode_spending,
    coalesce(spent.excluded_amount, 0) as excluded_amount, coalesce(readmitted.readmissions, 0) as readmissions
  from team.episode as episode
  left join spent on spent.episode_id = episode.episode_id
  left join readmitted on readmitted.episode_id = episode.episode_id
  where not episode.excluded
),
ranked as (
  select
    definition_set, price_code, division, price_year, cast(spending as double) as spending,
    row_number() over (
      partition by definition_set, price_code, division, price_year order by spending, episode_id) - 1 as place,
    count(*) over (partition by definition_set, price_code, division, price_year) - 1 as last_place
  from known
),
-- a percentile that lies between two places is interpolated: each counts by its nearness
cell as (
  select
    definition_set, price_code, division, price_year,
    cx_exact_sum(spending * greatest(1 - abs(place - top.value * last_place), 0)) as high_cost_cap,
    cx_exact_sum(spending * greatest(1 - abs(place - floor.value * last_place), 0)) as low_cost_floor
  from ranked
  cross join rules.team_high_cost_percentile as top
  cross join rules.team_shadow_cost_floor as floor
  group by definition_set, price_code, division, price_year
)
select
  known.episode_id, known.definition_set, known.category, known.code, known.price_code, known.setting,
  known.person_id, known.facility_ccn, known.surgeon_npi, known.division, known.price_year,
  known.anchor_start, known.anchor_end, known.episode_start, known.episode_end, known.anchor_amount,
  known.readmission_amount, known.rehabilitation_amount, known.snf_amount, known.home_health_amount,
  known.outpatient_amount, known.professional_amount, known.other_amount, known.spending,
  known.post_episode_spending, known.excluded_amount, known.readmissions, cell.high_cost_cap,
  -- TEAM caps the top only; shadow bundles also lift the bottom
  case when known.definition_set = 'team' then null else cell.low_cost_floor end as low_cost_floor,
  least(
    case when known.definition_set = 'team' then cast(known.spending as double)
      else greatest(cast(known.spending as double), cell.low_cost_floor) end,
    cell.high_cost_cap
  ) as capped_spending
from known
join cell
  on cell.definition_set = known.definition_set and cell.price_code = known.price_code
  and cell.price_year = known.price_year
  and coalesce(cell.division, -1) = coalesce(known.division, -1)
