-- makes: one row per ACO, practice, clinician and year: people answered for with a month of enrollment, months, what their care
--        cost, and how many months of the year the run holds
-- reads: attribution.person, population.member_month
with held as (
  select year, count(distinct month) as loaded_months from population.member_month group by year
)
select
  person.aco_id, person.tin, person.npi, month.year, count(distinct month.person_id) as people, count(*) as member_months,
  sum(month.expenditure) as expenditure, any_value(held.loaded_months) as loaded_months
from population.member_month as month
join attribution.person as person on person.person_id = month.person_id
join held on held.year = month.year
group by person.aco_id, person.tin, person.npi, month.year
