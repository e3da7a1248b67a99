-- step:      measures.asm_cost
-- makes:     one row per performance year, cohort and TIN/NPI: its cost measure from the loaded episodes
-- key:       performance_year, cohort, tin, npi
-- reads:     measures.asm_attributed, measures.asm_specialty_mix
-- rules:     asm.national_average_cost, asm.cost_minimum_episodes, asm.cost_interval_deviations
-- cites:     42 CFR 512.730; ASM specification 2.2(9) and (10); docs/episodes.md (interval)
-- evidence:  measures.asm_attributed(performance_year, cohort, tin, npi)
-- owner:     tin, npi
with scored as (
  select
    performance_year, cohort, tin, npi, count(*) as attributed_episodes,
    count(distinct person_id) as people, sum(weight) as weight,
    cx_divide(cx_exact_sum(weight * ratio), sum(weight)) as cost_ratio,
    cx_divide(cx_exact_sum(observed_cost), count(*)) as mean_observed_cost,
    cx_divide(cx_exact_sum(expected_cost), count(*)) as mean_expected_cost,
    cast(sum(assigned_cost) as decimal(18, 2)) as assigned_cost,
    cx_divide(
      cx_exact_sum(cast(assigned_cost as double) * imputed_share), sum(assigned_cost)
    ) as imputed_share,
    cast(sum(unpriced_lines) as bigint) as unpriced_lines
  from measures.asm_attributed
  group by performance_year, cohort, tin, npi
),
spread as (
  -- the standard error of a weighted mean, from how the episodes' own ratios lie around it
  select
    attributed.performance_year, attributed.cohort, attributed.tin, attributed.npi,
    sqrt(cx_divide(
      cx_exact_sum(
        attributed.weight * attributed.weight
        * (attributed.ratio - scored.cost_ratio) * (attributed.ratio - scored.cost_ratio)
      ) * max(scored.attributed_episodes),
      max(scored.weight) * max(scored.weight) * (max(scored.attributed_episodes) - 1)
    )) as standard_error
  from measures.asm_attributed as attributed
  join scored
    on scored.performance_year = attributed.performance_year and scored.cohort = attributed.cohort
    and scored.tin = attributed.tin and scored.npi = attributed.npi
  group by attributed.performance_year, attributed.cohort, attributed.tin, attributed.npi
)
select
  scored.performance_year, scored.cohort, scored.tin, scored.npi, scored.attributed_episodes, scored.people,
  scored.cost_ratio, mix.specialty_adjustment, average.amount as national_average_cost,
  cx_divide(scored.cost_ratio, mix.specialty_adjustment) * average.amount as cost_per_episode,
  cx_divide(spread.standard_error, mix.specialty_adjustment) * average.amount as standard_error,
  case
    when spread.standard_error is not null
      then cx_divide(
        greatest(scored.cost_ratio - deviations.value * spread.standard_error, 0), mix.specialty_adjustment
      ) * average.amount
  end as interval_low,
  cx_divide(scored.cost_ratio + deviations.value * spread.standard_error, mix.specialty_adjustment)
    * average.amount as interval_high,
  scored.mean_observed_cost, scored.mean_expected_cost, scored.assigned_cost,
  coalesce(scored.imputed_share, 0) as imputed_share, scored.unpriced_lines,
  scored.attributed_episodes >= fewest.value as scored
from scored
join spread
  on spread.performance_year = scored.performance_year and spread.cohort = scored.cohort
  and spread.tin = scored.tin and spread.npi = scored.npi
join measures.asm_specialty_mix as mix
  on mix.performance_year = scored.performance_year and mix.cohort = scored.cohort and mix.tin = scored.tin
join rules.asm_national_average_cost as average on average.cohort = scored.cohort
cross join rules.asm_cost_minimum_episodes as fewest
cross join rules.asm_cost_interval_deviations as deviations
