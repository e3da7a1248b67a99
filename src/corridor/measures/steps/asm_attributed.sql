-- step:      measures.asm_attributed
-- makes:     one row per counted episode and clinician it is attributed to: ratio, weight, the clinician's specialty
-- key:       episode_id, npi
-- reads:     episodes.chronic_cost, episodes.chronic_attribution, claims.clinician_specialty
-- rules:     asm.cost_ratio_weight
-- cites:     42 CFR 512.730; ASM specification 2.2(9)
-- evidence:  episodes.chronic_cost(episode_id)
-- owner:     tin, npi
with counted as (
  select
    cost.performance_year, cost.cohort, attribution.tin, attribution.npi, cost.episode_id, cost.person_id,
    cost.ratio, case when rule.value = 'equal' then 1 else cost.episode_days end as weight,
    cost.assigned_cost, cost.observed_cost, cost.expected_cost, cost.imputed_share, cost.unpriced_lines
  from episodes.chronic_cost as cost
  join episodes.chronic_attribution as attribution
    on attribution.episode_id = cost.episode_id and attribution.attributed
  cross join rules.asm_cost_ratio_weight as rule
  where not cost.dropped and cost.ratio is not null
),
-- the specialty of the measure's year, else the newest before it
specialty as (
  select performance_year, npi, specialty_code
  from (
    select
      pair.performance_year, pair.npi, known.specialty_code,
      row_number() over (partition by pair.performance_year, pair.npi order by known.service_year desc) as place
    from (select distinct performance_year, npi from counted) as pair
    join claims.clinician_specialty as known
      on known.npi = pair.npi and known.service_year <= pair.performance_year
  )
  where place = 1
)
select
  counted.performance_year, counted.cohort, counted.tin, counted.npi, counted.episode_id, counted.person_id,
  coalesce(specialty.specialty_code, 'unknown') as specialty_code, counted.ratio, counted.weight,
  counted.assigned_cost, counted.observed_cost, counted.expected_cost, counted.imputed_share,
  counted.unpriced_lines
from counted
left join specialty
  on specialty.performance_year = counted.performance_year and specialty.npi = counted.npi
