-- step:      episodes.chronic_observed
-- makes:     one row per counted episode: its assigned cost, and that cost scaled to a year
-- key:       episode_id
-- reads:     episodes.chronic_episode, episodes.chronic_service
-- rules:     asm.annualisation_days
-- cites:     42 CFR 512.730; ASM specification 2.2(6)
-- evidence:  episodes.chronic_service(episode_id)
-- owner:     tin
with assigned as (
  select
    episode_id, sum(standardized_amount) as assigned_cost,
    sum(case when imputed then standardized_amount else 0 end) as imputed_cost,
    cast(sum(case when imputed and standardized_amount = 0 then 1 else 0 end) as bigint) as unpriced_lines,
    count(*) as service_lines
  from episodes.chronic_service
  group by episode_id
)
select
  episode.episode_id, episode.cohort, episode.performance_year, episode.person_id, episode.tin,
  episode.episode_start, episode.episode_days, episode.lookback_start,
  cast(coalesce(assigned.assigned_cost, 0) as decimal(18, 2)) as assigned_cost,
  cx_divide(coalesce(assigned.assigned_cost, 0) * year_days.value, episode.episode_days) as observed_cost,
  coalesce(cx_divide(assigned.imputed_cost, assigned.assigned_cost), 0) as imputed_share,
  coalesce(assigned.unpriced_lines, 0) as unpriced_lines,
  coalesce(assigned.service_lines, 0) as service_lines
from episodes.chronic_episode as episode
cross join rules.asm_annualisation_days as year_days
left join assigned on assigned.episode_id = episode.episode_id
where not episode.excluded
