-- step:      measures.asm_specialty_mix
-- makes:     one row per performance year, cohort and practice: the ratio expected of its mix of specialties, scaled
--            so that the mean over all loaded episodes is 1
-- key:       performance_year, cohort, tin
-- reads:     measures.asm_attributed, measures.asm_specialty
-- rules:     asm.specialty_adjustment
-- cites:     42 CFR 512.730; ASM specification 2.2(9); docs/episodes.md (specialty)
-- evidence:  measures.asm_attributed(performance_year, cohort, tin)
-- owner:     tin
with mixed as (
  select
    attributed.performance_year, attributed.cohort, attributed.tin, sum(attributed.weight) as weight,
    count(distinct attributed.specialty_code) as specialties,
    cx_divide(
      cx_exact_sum(attributed.weight * specialty.relative_ratio), sum(attributed.weight)
    ) as mix_ratio
  from measures.asm_attributed as attributed
  join measures.asm_specialty as specialty
    on specialty.performance_year = attributed.performance_year and specialty.cohort = attributed.cohort
    and specialty.specialty_code = attributed.specialty_code
  group by attributed.performance_year, attributed.cohort, attributed.tin
),
scaled as (
  select
    performance_year, cohort, cx_divide(cx_exact_sum(weight * mix_ratio), sum(weight)) as mean_mix_ratio
  from mixed
  group by performance_year, cohort
)
select
  mixed.performance_year, mixed.cohort, mixed.tin, mixed.specialties, mixed.mix_ratio,
  case
    when rule.value = 'tin_specialty_mix' and mixed.mix_ratio > 0
      then cx_divide(mixed.mix_ratio, scaled.mean_mix_ratio)
    else 1
  end as specialty_adjustment
from mixed
join scaled on scaled.performance_year = mixed.performance_year and scaled.cohort = mixed.cohort
cross join rules.asm_specialty_adjustment as rule
