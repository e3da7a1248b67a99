-- step:      population.person_year
-- makes:     one row per person, year and enrolment type: what the person cost as a whole year, cut at the threshold
--            of the type, then completed. Who cost nothing is in it
-- key:       person_id, year, enrollment_type
-- reads:     population.person_annual, population.truncation, population.completion_year
-- cites:     42 CFR 425.605(a), 425.652(a)(1); MSSP notes section 4 (annualized, truncated, weighted)
-- evidence:  population.member_month(person_id, year, enrollment_type)
select
  person.person_id, person.year, person.enrollment_type, person.member_months, person.person_years,
  person.expenditure, person.annualized, cut.threshold as truncation_threshold, cut.threshold_source,
  least(person.annualized, cut.threshold) as truncated_annualized,
  least(person.annualized, cut.threshold) * coalesce(completion.completion_factor, 1) as completed,
  coalesce(completion.completion_factor, 1) as completion_factor,
  coalesce(completion.completion_method, 'none') as completion_method, person.carried_back_months
from population.person_annual as person
join population.truncation as cut
  on cut.year = person.year and cut.enrollment_type = person.enrollment_type
left join population.completion_year as completion
  on completion.year = person.year and completion.enrollment_type = person.enrollment_type
