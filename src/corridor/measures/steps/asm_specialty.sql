-- step:      measures.asm_specialty
-- makes:     one row per performance year, cohort and specialty: its mean ratio of observed to expected cost, and
--            that beside the mean of all loaded episodes; 1 where too few clinicians or episodes carry it
-- key:       performance_year, cohort, specialty_code
-- reads:     measures.asm_attributed
-- rules:     asm.specialty_minimum_clinicians, asm.specialty_minimum_episodes
-- cites:     42 CFR 512.730; ASM specification 2.2(9); docs/episodes.md (specialty)
-- evidence:  measures.asm_attributed(performance_year, cohort, specialty_code)
with every as (
  select
    performance_year, cohort, cx_divide(cx_exact_sum(weight * ratio), sum(weight)) as mean_ratio
  from measures.asm_attributed
  group by performance_year, cohort
),
each as (
  select
    performance_year, cohort, specialty_code, count(distinct npi) as clinicians, count(*) as episodes,
    cast(sum(weight) as bigint) as weight,
    cx_divide(cx_exact_sum(weight * ratio), sum(weight)) as mean_ratio
  from measures.asm_attributed
  group by performance_year, cohort, specialty_code
)
select
  each.performance_year, each.cohort, each.specialty_code, each.clinicians, each.episodes, each.weight,
  each.mean_ratio, every.mean_ratio as cohort_mean_ratio,
  each.specialty_code <> 'unknown' and each.clinicians >= people.value and each.episodes >= fewest.value
    and every.mean_ratio > 0 as carries,
  case
    when each.specialty_code <> 'unknown' and each.clinicians >= people.value and each.episodes >= fewest.value
      and every.mean_ratio > 0 then cx_divide(each.mean_ratio, every.mean_ratio)
    else 1
  end as relative_ratio
from each
join every on every.performance_year = each.performance_year and every.cohort = each.cohort
cross join rules.asm_specialty_minimum_clinicians as people
cross join rules.asm_specialty_minimum_episodes as fewest
