-- step:      mips.cost_stratum
-- makes:     one row per cost measure and stratum of the loaded cases, each counted once: the cost at which observed
--            costs are cut, and the mean cost at relative risk 1; too small a stratum takes that of the measure
-- key:       performance_year, measure_id, stratum
-- reads:     mips.cost_case
-- rules:     mips.cost_highest_percentile, performance.cell_minimum
-- cites:     indirect standardisation; MIPS cost measures (cut at a percentile, from memory); docs/mips-eligibility.md
-- evidence:  mips.cost_case(measure_id, stratum)
with each as (
  select
    performance_year, measure_id, case_id, min(stratum) as stratum, min(person_id) as person_id,
    max(weight) as weight, max(observed) as observed, coalesce(max(relative_risk), 1) as relative_risk
  from mips.cost_case
  where given_expected is null
  group by performance_year, measure_id, case_id
),
-- linear interpolation between the two costs around the percentile
placed as (
  select
    each.performance_year, each.measure_id, each.observed,
    row_number() over (partition by each.performance_year, each.measure_id order by each.observed, each.case_id) - 1
      as place,
    highest.value * (count(*) over (partition by each.performance_year, each.measure_id) - 1) as wanted
  from each
  cross join rules.mips_cost_highest_percentile as highest
),
cut as (
  select
    performance_year, measure_id,
    cx_exact_sum(case when abs(place - wanted) < 1 then observed * (1 - abs(place - wanted)) else 0 end) as highest
  from placed
  group by performance_year, measure_id
),
held as (
  select
    each.performance_year, each.measure_id, each.stratum, each.person_id, each.weight,
    each.weight * least(each.observed, cut.highest) as cost, each.weight * each.relative_risk as risk
  from each
  join cut on cut.performance_year = each.performance_year and cut.measure_id = each.measure_id
),
narrow as (
  select
    performance_year, measure_id, stratum, count(*) as cases, count(distinct person_id) as people,
    cx_exact_sum(cost) as cost, cx_exact_sum(risk) as risk
  from held
  group by performance_year, measure_id, stratum
),
every as (
  select
    performance_year, measure_id, count(*) as cases, cx_exact_sum(cost) as cost, cx_exact_sum(risk) as risk,
    cx_exact_sum(weight) as weight
  from held
  group by performance_year, measure_id
),
chosen as (
  select
    narrow.performance_year, narrow.measure_id, narrow.stratum, narrow.cases, narrow.people, narrow.risk, cut.highest,
    every.cases as all_cases, every.cost as all_cost, every.weight as all_weight,
    case when narrow.people >= fewest.value then 'stratum' else 'everyone' end as mean_of,
    case
      when narrow.people >= fewest.value then cx_divide(narrow.cost, narrow.risk)
      else cx_divide(every.cost, every.risk)
    end as own_mean
  from narrow
  join every on every.performance_year = narrow.performance_year and every.measure_id = narrow.measure_id
  join cut on cut.performance_year = narrow.performance_year and cut.measure_id = narrow.measure_id
  cross join rules.performance_cell_minimum as fewest
),
-- scaled so that all expected costs are all observed ones
total as (
  select performance_year, measure_id, cx_exact_sum(risk * own_mean) as expected
  from chosen
  group by performance_year, measure_id
)
select
  chosen.performance_year, chosen.measure_id, chosen.stratum, chosen.cases, chosen.people, chosen.highest, chosen.mean_of,
  coalesce(chosen.own_mean * cx_divide(chosen.all_cost, total.expected), chosen.own_mean) as mean_cost,
  chosen.all_cases, cx_divide(chosen.all_cost, chosen.all_weight) as loaded_mean
from chosen
join total on total.performance_year = chosen.performance_year and total.measure_id = chosen.measure_id
