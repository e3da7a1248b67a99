-- step:      population.completion_year
-- makes:     one row per year and enrolment type: the completion factor of the year as a whole, its months weighted
--            by what they cost
-- key:       year, enrollment_type
-- reads:     population.pmpm
-- cites:     42 CFR 425.605(a); docs/population.md
-- evidence:  population.pmpm(year, enrollment_type)
select
  year, enrollment_type,
  coalesce(
    cx_divide(cx_exact_sum(cast(expenditure as double) * completion_factor), sum(expenditure)), 1
  ) as completion_factor,
  max(completion_method) as completion_method, count(*) as months
from population.pmpm
where service_category = 'total'
group by year, enrollment_type
