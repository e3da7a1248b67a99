-- step:      episodes.chronic_prediction
-- makes:     one row per counted episode: what the model predicts, raised to the floor and scaled back to its mean
-- key:       episode_id
-- reads:     episodes.chronic_risk_factor, episodes.chronic_coefficient, episodes.chronic_observed
-- rules:     asm.expected_floor_percentile, asm.expected_floor_share
-- cites:     42 CFR 512.730; ASM specification 2.2(8)(a) and (b)
-- evidence:  episodes.chronic_risk_factor(episode_id)
-- owner:     tin
with predicted as (
  select
    factor.performance_year, factor.cohort, factor.subgroup, factor.episode_id,
    coalesce(cx_exact_sum(model.coefficient), 0) as raw_expected,
    max(case when model.origin = 'installed' then 1 else 0 end) as is_installed
  from episodes.chronic_risk_factor as factor
  left join episodes.chronic_coefficient as model
    on model.performance_year = factor.performance_year and model.cohort = factor.cohort
    and model.subgroup = factor.subgroup and model.term = factor.term
  group by factor.performance_year, factor.cohort, factor.subgroup, factor.episode_id
),
sized as (
  select
    performance_year, cohort, subgroup, count(*) as episodes,
    cx_divide(cx_exact_sum(raw_expected), count(*)) as mean_raw, max(is_installed) as is_installed
  from predicted
  group by performance_year, cohort, subgroup
),
ranked as (
  select
    predicted.performance_year, predicted.cohort, predicted.subgroup, predicted.raw_expected,
    row_number() over (
      partition by predicted.performance_year, predicted.cohort, predicted.subgroup
      order by predicted.raw_expected, predicted.episode_id
    ) - 1 as place,
    lowest.value * (sized.episodes - 1) as wanted
  from predicted
  join sized
    on sized.performance_year = predicted.performance_year and sized.cohort = predicted.cohort
    and sized.subgroup = predicted.subgroup
  cross join rules.asm_expected_floor_percentile as lowest
),
floor_of as (
  -- linear interpolation between the two places around the wanted one
  select
    performance_year, cohort, subgroup,
    cx_exact_sum(raw_expected * (1 - abs(place - wanted))) as floor_cost
  from ranked
  where abs(place - wanted) < 1
  group by performance_year, cohort, subgroup
),
floored as (
  select
    predicted.performance_year, predicted.cohort, predicted.subgroup, predicted.episode_id,
    predicted.raw_expected,
    greatest(
      predicted.raw_expected, floor_of.floor_cost,
      case when sized.is_installed = 1 then floor_of.floor_cost else sized.mean_raw * share.value end
    ) as floored_expected
  from predicted
  cross join rules.asm_expected_floor_share as share
  join sized
    on sized.performance_year = predicted.performance_year and sized.cohort = predicted.cohort
    and sized.subgroup = predicted.subgroup
  join floor_of
    on floor_of.performance_year = predicted.performance_year and floor_of.cohort = predicted.cohort
    and floor_of.subgroup = predicted.subgroup
),
scale as (
  select
    floored.performance_year, floored.cohort, floored.subgroup, max(sized.episodes) as episodes,
    cx_divide(max(sized.mean_raw), cx_divide(cx_exact_sum(floored.floored_expected), count(*))) as floor_scale
  from floored
  join sized
    on sized.performance_year = floored.performance_year and sized.cohort = floored.cohort
    and sized.subgroup = floored.subgroup
  group by floored.performance_year, floored.cohort, floored.subgroup
)
select
  floored.episode_id, floored.performance_year, floored.cohort, floored.subgroup, observed.tin,
  scale.episodes as subgroup_episodes, floored.raw_expected, floored.floored_expected,
  floored.floored_expected * scale.floor_scale as scaled_expected, observed.observed_cost,
  floored.floored_expected * scale.floor_scale - observed.observed_cost as residual
from floored
join scale
  on scale.performance_year = floored.performance_year and scale.cohort = floored.cohort
  and scale.subgroup = floored.subgroup
join episodes.chronic_observed as observed on observed.episode_id = floored.episode_id
