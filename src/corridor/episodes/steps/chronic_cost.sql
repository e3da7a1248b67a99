-- step:      episodes.chronic_cost
-- makes:     one row per counted episode: assigned, observed and expected cost and their ratio, outliers dropped
-- key:       episode_id
-- reads:     episodes.chronic_prediction, episodes.chronic_observed
-- rules:     asm.residual_percentile_low, asm.residual_percentile_high, asm.episode_model_minimum_episodes
-- cites:     42 CFR 512.730; ASM specification 2.2(6) and 2.2(8)(c) and (d)
-- evidence:  episodes.chronic_service(episode_id)
-- owner:     tin
with ranked as (
  select
    prediction.performance_year, prediction.cohort, prediction.subgroup, prediction.residual,
    row_number() over (
      partition by prediction.performance_year, prediction.cohort, prediction.subgroup
      order by prediction.residual, prediction.episode_id
    ) - 1 as place,
    low.value * (prediction.subgroup_episodes - 1) as wanted_low,
    high.value * (prediction.subgroup_episodes - 1) as wanted_high
  from episodes.chronic_prediction as prediction
  cross join rules.asm_residual_percentile_low as low
  cross join rules.asm_residual_percentile_high as high
),
bounds as (
  -- linear interpolation; only two places differ from nothing, so that a plain sum is exact in any order
  select
    performance_year, cohort, subgroup,
    sum(case
      when abs(place - wanted_low) < 1 then residual * (1 - abs(place - wanted_low)) else 0
    end) as lowest,
    sum(case
      when abs(place - wanted_high) < 1 then residual * (1 - abs(place - wanted_high)) else 0
    end) as highest
  from ranked
  group by performance_year, cohort, subgroup
),
judged as (
  select
    prediction.episode_id, prediction.performance_year, prediction.cohort, prediction.subgroup,
    prediction.raw_expected, prediction.floored_expected, prediction.scaled_expected,
    prediction.observed_cost, prediction.residual,
    case
      when prediction.scaled_expected is null or prediction.scaled_expected <= 0 then 'no_expected_cost'
      -- too few episodes have no percentiles worth the name: nothing is dropped
      when prediction.subgroup_episodes < fewest.value then null
      when prediction.residual < bounds.lowest or prediction.residual > bounds.highest then 'outlier'
    end as drop_reason
  from episodes.chronic_prediction as prediction
  join bounds
    on bounds.performance_year = prediction.performance_year and bounds.cohort = prediction.cohort
    and bounds.subgroup = prediction.subgroup
  cross join rules.asm_episode_model_minimum_episodes as fewest
),
final_scale as (
  select
    performance_year, cohort, subgroup,
    cx_divide(cx_exact_sum(observed_cost), cx_exact_sum(scaled_expected)) as scale
  from judged
  where drop_reason is null
  group by performance_year, cohort, subgroup
)
select
  judged.episode_id, judged.performance_year, judged.cohort, judged.subgroup, observed.person_id, observed.tin,
  observed.episode_days, observed.assigned_cost, judged.observed_cost, judged.raw_expected,
  judged.floored_expected, judged.scaled_expected, judged.residual,
  judged.drop_reason is not null as dropped, judged.drop_reason,
  judged.scaled_expected * final_scale.scale as expected_cost,
  cx_divide(judged.observed_cost, judged.scaled_expected * final_scale.scale) as ratio,
  observed.imputed_share, observed.unpriced_lines, observed.service_lines
from judged
join episodes.chronic_observed as observed on observed.episode_id = judged.episode_id
left join final_scale
  on final_scale.performance_year = judged.performance_year and final_scale.cohort = judged.cohort
  and final_scale.subgroup = judged.subgroup
