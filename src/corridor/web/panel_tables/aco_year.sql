-- makes: one row per ACO, practice, clinician and year: people answered for with a month of enrollment, months, and what their care cost
-- reads: attribution.person, population.member_month
select
  person.aco_id, person.tin, person.npi, month.year, count(distinct month.person_id) as people, count(*) as member_months,
  sum(month.expenditure) as expenditure
from population.member_month as month
join attribution.person as person on person.person_id = month.person_id
group by person.aco_id, person.tin, person.npi, month.year
