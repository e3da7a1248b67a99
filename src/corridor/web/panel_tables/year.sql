-- makes: one row per ACO, practice, clinician (those who answer for the people) and year: people, months, expenditure completed,
--        and the squares that the interval of a ratio needs
-- reads: population.person_annual, population.completion_year, attribution.person
with spent as (
  select
    annual.person_id, annual.year, sum(annual.member_months) as months,
    sum(cast(annual.expenditure as double) * coalesce(completion.completion_factor, 1)) as expenditure
  from population.person_annual as annual
  left join population.completion_year as completion
    on completion.year = annual.year and completion.enrollment_type = annual.enrollment_type
  group by annual.person_id, annual.year
)
select
  person.aco_id, person.tin, person.npi, spent.year, count(*) as people, sum(spent.months) as member_months,
  sum(spent.expenditure) as expenditure, sum(power(spent.expenditure, 2)) as squared,
  sum(spent.expenditure * spent.months) as crossed, sum(power(spent.months, 2)) as months_squared
from spent
left join attribution.person as person on person.person_id = spent.person_id
group by all
