-- step:      mips.administrative_entity
-- makes:     one row per administrative-claims measure and ACO to which the person of a case is assigned, each case
--            once: what the entity's own report would hold of it; lower is better
-- key:       performance_year, apm_entity_id, measure_id
-- reads:     mips.administrative_case, mips.administrative_stratum, attribution.person
-- rules:     mips.administrative_measure, performance.measure_level
-- cites:     42 CFR 414.1367 (APP); MIPS measures 479 and 484; docs/mips-eligibility.md
-- evidence:  mips.administrative_case(performance_year, measure_id, person_id)
with each as (
  select
    cases.performance_year, cases.measure_id, cases.case_id, answer.aco_id as apm_entity_id,
    min(cases.person_id) as person_id, max(cases.exposure) as exposure, max(cases.observed) as observed,
    min(cases.stratum) as stratum
  from mips.administrative_case as cases
  join attribution.person as answer on answer.person_id = cases.person_id
  where answer.aco_id is not null
  group by cases.performance_year, cases.measure_id, cases.case_id, answer.aco_id
),
summed as (
  select
    each.performance_year, each.apm_entity_id, each.measure_id, count(*) as cases,
    count(distinct each.person_id) as people, cx_exact_sum(each.exposure) as exposure,
    cast(sum(each.observed) as bigint) as observed, cx_exact_sum(each.exposure * expected.rate) as expected,
    max(expected.mean_rate) as mean_rate
  from each
  join mips.administrative_stratum as expected
    on expected.performance_year = each.performance_year and expected.measure_id = each.measure_id
    and expected.stratum = each.stratum
  group by each.performance_year, each.apm_entity_id, each.measure_id
),
readmission as (
  select case_minimum from rules.performance_measure_level where measure = 'readmission' and level = 'aco'
)
select
  summed.performance_year, summed.apm_entity_id, summed.measure_id, summed.cases, summed.people, summed.exposure,
  summed.observed, summed.expected, cx_divide(summed.observed, summed.exposure) * measure.per as observed_rate,
  case
    when summed.expected > 0 then cx_divide(summed.observed, summed.expected) * summed.mean_rate * measure.per
    else summed.observed * measure.per
  end as rate,
  summed.mean_rate * measure.per as loaded_mean_rate, measure.per,
  coalesce(measure.case_minimum, readmission.case_minimum) as case_minimum,
  summed.cases >= coalesce(measure.case_minimum, readmission.case_minimum) as is_scorable, true as is_proxy,
  concat(
    'proxy: cases of people assigned to the ACO that have a clinician, the loaded claims against themselves; where only ',
    'this ACO''s claims are loaded the rate is close to what was observed'
  ) as basis
from summed
join rules.mips_administrative_measure as measure on measure.measure_id = summed.measure_id
cross join readmission
