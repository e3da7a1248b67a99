-- step:      population.truncation
-- makes:     one row per year and enrolment type: the annualized expenditure at which a person's is cut, an
--            installed threshold of CMS or else the percentile of the loaded population
-- key:       year, enrollment_type
-- reads:     population.person_annual
-- rules:     population.truncation_threshold, population.truncation_quantile
-- cites:     42 CFR 425.605(a)(3); MSSP notes 4.3
-- evidence:  population.person_annual(year, enrollment_type)
with counted as (
  select year, enrollment_type, count(*) as people
  from population.person_annual
  group by year, enrollment_type
),
ranked as (
  select
    person.year, person.enrollment_type, person.annualized,
    row_number() over (
      partition by person.year, person.enrollment_type order by person.annualized, person.person_id
    ) - 1 as place,
    share.value * (counted.people - 1) as wanted
  from population.person_annual as person
  join counted on counted.year = person.year and counted.enrollment_type = person.enrollment_type
  cross join rules.population_truncation_quantile as share
),
-- linear interpolation: the two people around the wanted place, each by its nearness
percentile as (
  select year, enrollment_type, cx_exact_sum(annualized * (1 - abs(place - wanted))) as threshold
  from ranked
  where abs(place - wanted) < 1
  group by year, enrollment_type
)
select
  counted.year, counted.enrollment_type, counted.people,
  coalesce(installed.threshold, percentile.threshold) as threshold,
  case when installed.threshold is not null then 'installed' else 'this_population' end as threshold_source
from counted
join percentile on percentile.year = counted.year and percentile.enrollment_type = counted.enrollment_type
left join rules.population_truncation_threshold as installed
  on installed.year = counted.year and installed.enrollment_type = counted.enrollment_type
