-- step:      mips.administrative_measure
-- makes:     one row per administrative-claims measure, practice and clinician (npi '' is the practice, a case counted
--            once): cases, events, expected events, the standardised rate in the measure's unit, case minimum,
--            whether it could be scored at that level, and the basis; lower is better
-- key:       performance_year, tin, npi, measure_id
-- reads:     mips.administrative_case, mips.administrative_stratum, mips.practice_size, claims.period
-- rules:     mips.administrative_measure, performance.measure_level
-- cites:     42 CFR 414.1380(b)(1); MIPS measures 479, 480, 484 and 492; docs/mips-eligibility.md
-- evidence:  mips.administrative_case(performance_year, measure_id, tin, npi)
-- owner:     tin, npi
with unit as (
  select performance_year, measure_id, tin, npi, case_id, person_id, exposure, observed, stratum, has_risk
  from mips.administrative_case
  union all
  select
    performance_year, measure_id, tin, '' as npi, case_id, min(person_id) as person_id, max(exposure) as exposure,
    max(observed) as observed, min(stratum) as stratum, max(case when has_risk then 1 else 0 end) = 1 as has_risk
  from mips.administrative_case
  group by performance_year, measure_id, tin, case_id
),
summed as (
  select
    unit.performance_year, unit.measure_id, unit.tin, unit.npi, count(*) as cases,
    count(distinct unit.person_id) as people,
    cx_exact_sum(unit.exposure) as exposure, cast(sum(unit.observed) as bigint) as observed,
    cx_exact_sum(unit.exposure * expected.rate) as expected, max(expected.mean_rate) as mean_rate,
    count(case when unit.has_risk then 1 end) as cases_with_risk
  from unit
  join mips.administrative_stratum as expected
    on expected.performance_year = unit.performance_year and expected.measure_id = unit.measure_id
    and expected.stratum = unit.stratum
  group by unit.performance_year, unit.measure_id, unit.tin, unit.npi
),
readmission as (
  select case_minimum, minimum_clinicians
  from rules.performance_measure_level
  where measure = 'readmission' and level = 'tin'
),
loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
described as (
  select
    summed.*, measure.per, measure.individuals, measure.specialty_code as needed_specialty,
    coalesce(measure.case_minimum, readmission.case_minimum) as case_minimum,
    coalesce(measure.minimum_clinicians, readmission.minimum_clinicians) as minimum_clinicians,
    size.clinicians, size.has_cardiologist,
    loaded.first_day <= make_date(summed.performance_year, 1, 1)
      and loaded.last_day >= cx_add_days(make_date(summed.performance_year + 1, 1, 1), -1) as is_whole
  from summed
  join rules.mips_administrative_measure as measure on measure.measure_id = summed.measure_id
  cross join readmission
  cross join loaded
  left join mips.practice_size as size
    on size.performance_year = summed.performance_year and size.tin = summed.tin
)
select
  performance_year, tin, npi, measure_id, cases, people, exposure, observed, expected,
  cx_divide(observed, exposure) * per as observed_rate,
  -- events over expected events, times the mean of the loaded cases; none expected at all is a rate of nothing
  case when expected > 0 then cx_divide(observed, expected) * mean_rate * per else observed * per end as rate,
  mean_rate * per as loaded_mean_rate, per, case_minimum,
  cases >= case_minimum
    and case
      when npi <> '' then individuals
      else coalesce(clinicians, 0) >= minimum_clinicians and (needed_specialty is null or coalesce(has_cardiologist, false))
    end as is_scorable,
  case
    when npi <> '' and not individuals then 'not a measure of a clinician alone'
    when npi = '' and coalesce(clinicians, 0) < minimum_clinicians then concat(
      'the group has ', cast(coalesce(clinicians, 0) as varchar), ' clinicians, ', cast(minimum_clinicians as varchar), ' needed'
    )
    when npi = '' and needed_specialty is not null and not coalesce(has_cardiologist, false)
      then concat('no clinician of specialty ', needed_specialty)
    when cases < case_minimum then concat(
      cast(cases as varchar), ' cases, ', cast(case_minimum as varchar), ' needed'
    )
    else 'scorable'
  end as scorable_reason,
  is_whole, true as is_proxy,
  concat(
    'proxy: the loaded claims against themselves, not CMS''s model or its population; CMS''s specification was not available; ',
    case
      when cases_with_risk = cases then 'expected by stratum and risk'
      when cases_with_risk > 0 then 'expected by stratum, and by risk where there is a score'
      else 'expected by stratum, no risk scores'
    end
  ) as basis
from described
