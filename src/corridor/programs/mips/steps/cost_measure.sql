-- step:      mips.cost_measure
-- makes:     one row per cost measure, practice and clinician (npi '' is the practice, a case counted once): cases, the
--            mean ratio of observed to expected cost, the national mean it is multiplied with, the measure's dollars,
--            case minimum, whether it could be scored, and the basis; lower is better
-- key:       performance_year, tin, npi, measure_id
-- reads:     mips.cost_case, mips.cost_stratum, mips.cost_average, claims.period,
--            measures.asm_specialty_mix, reference.episode_service_code, reference.episode_cost_coefficient
-- rules:     mips.cost_case_minimum, mips.cost_case_minimum_exception, asm.cost_measure
-- cites:     42 CFR 414.1350; MIPS cost measures; docs/mips-eligibility.md
-- evidence:  mips.cost_case(performance_year, measure_id, tin, npi)
-- owner:     tin, npi
with judged as (
  select
    cases.performance_year, cases.measure_id, cases.kind, cases.case_id, cases.tin, cases.npi, cases.person_id,
    cases.weight, cases.stratum, cases.relative_risk is not null as has_risk, mean.loaded_mean,
    least(cases.observed, coalesce(mean.highest, cases.observed)) as observed,
    coalesce(cases.given_expected, coalesce(cases.relative_risk, 1) * mean.mean_cost) as expected,
    coalesce(
      cases.given_ratio,
      cx_divide(least(cases.observed, mean.highest), coalesce(cases.relative_risk, 1) * mean.mean_cost)
    ) as ratio
  from mips.cost_case as cases
  left join mips.cost_stratum as mean
    on mean.performance_year = cases.performance_year and mean.measure_id = cases.measure_id
    and mean.stratum = cases.stratum
),
unit as (
  select
    performance_year, measure_id, kind, tin, npi, case_id, person_id, weight, stratum, has_risk, loaded_mean, observed,
    expected, ratio
  from judged
  union all
  select
    performance_year, measure_id, min(kind) as kind, tin, '' as npi, case_id, min(person_id) as person_id,
    max(weight) as weight, min(stratum) as stratum, max(case when has_risk then 1 else 0 end) = 1 as has_risk,
    max(loaded_mean) as loaded_mean, max(observed) as observed, max(expected) as expected, max(ratio) as ratio
  from judged
  group by performance_year, measure_id, tin, case_id
),
summed as (
  select
    performance_year, measure_id, tin, npi, min(kind) as kind, min(stratum) as stratum, count(*) as episodes,
    count(distinct person_id) as people, cx_exact_sum(weight) as weight,
    cx_divide(cx_exact_sum(weight * observed), cx_exact_sum(weight)) as observed_cost,
    cx_divide(cx_exact_sum(weight * expected), cx_exact_sum(weight)) as expected_cost,
    cx_divide(cx_exact_sum(weight * ratio), cx_exact_sum(weight)) as ratio,
    max(loaded_mean) as loaded_mean, count(case when has_risk then 1 end) as cases_with_risk
  from unit
  where ratio is not null
  group by performance_year, measure_id, tin, npi
),
loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
adjusted as (
  select
    summed.*, coalesce(mix.specialty_adjustment, 1) as specialty_adjustment,
    case when summed.kind = 'per_capita' then summed.people else summed.episodes end as cases,
    coalesce(case when summed.npi = '' then mean.group_average else mean.individual_average end, summed.loaded_mean)
      as average_cost,
    case when mean.measure_id is not null then mean.origin else 'the loaded claims' end as average_origin,
    coalesce(exception.cases, fewest.cases) as case_minimum,
    loaded.first_day <= make_date(summed.performance_year, 1, 1)
      and loaded.last_day >= cx_add_days(make_date(summed.performance_year + 1, 1, 1), -1) as is_whole,
    services.cohort is not null as services_installed, coefficients.cohort is not null as coefficients_installed
  from summed
  cross join loaded
  join rules.mips_cost_case_minimum as fewest on fewest.kind = summed.kind
  left join rules.mips_cost_case_minimum_exception as exception on exception.measure_id = summed.measure_id
  left join rules.asm_cost_measure as chronic on chronic.measure_id = summed.measure_id
  left join measures.asm_specialty_mix as mix
    on mix.performance_year = summed.performance_year and mix.cohort = chronic.cohort and mix.tin = summed.tin
  left join (select distinct cohort from reference.episode_service_code) as services
    on services.cohort = summed.stratum
  left join (select distinct cohort from reference.episode_cost_coefficient) as coefficients
    on coefficients.cohort = summed.stratum
  left join mips.cost_average as mean
    on mean.performance_year = summed.performance_year and mean.measure_id = summed.measure_id
)
select
  performance_year, tin, npi, measure_id, kind, cases, episodes, people, weight, observed_cost, expected_cost, ratio,
  specialty_adjustment, average_cost, average_origin,
  cx_divide(ratio, specialty_adjustment) * average_cost as rate, loaded_mean, case_minimum,
  cases >= case_minimum as is_scorable, is_whole, true as is_proxy,
  concat(
    'proxy: ',
    case
      when kind = 'per_capita' then 'months attributed as TPCC does from memory, no specialty adjustment; '
      when kind = 'hospital' then 'stays attributed as MSPB does from memory, every service of the window; '
      when services_installed and coefficients_installed then 'installed services and coefficients; '
      when services_installed then 'installed services, model of the loaded claims; '
      when kind = 'chronic' then 'Corridor''s own list of services, model of the loaded claims; '
      else 'services of the installed list; '
    end,
    case when cases_with_risk > 0 then 'expected by risk; ' else '' end, 'mean cost of ', average_origin
  ) as basis
from adjusted
