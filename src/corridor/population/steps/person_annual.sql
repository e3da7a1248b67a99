-- step:      population.person_annual
-- makes:     one row per person, year and enrolment type: member months, expenditure, and expenditure as if the
--            whole year had been spent in the type
-- key:       person_id, year, enrollment_type
-- reads:     population.member_month
-- rules:     population.months_per_year
-- cites:     42 CFR 425.605(a); MSSP notes section 4
-- evidence:  population.member_month(person_id, year, enrollment_type)
with summed as (
  select
    person_id, year, coalesce(enrollment_type, 'unknown') as enrollment_type, count(*) as member_months,
    sum(case when basis = 'current_status_carried_back' then 1 else 0 end) as carried_back_months,
    sum(expenditure) as expenditure
  from population.member_month
  group by person_id, year, coalesce(enrollment_type, 'unknown')
)
select
  summed.person_id, summed.year, summed.enrollment_type, summed.member_months,
  cast(summed.carried_back_months as bigint) as carried_back_months,
  cx_divide(summed.member_months, whole.value) as person_years,
  cast(summed.expenditure as decimal(18, 2)) as expenditure,
  cx_divide(summed.expenditure * whole.value, summed.member_months) as annualized
from summed
cross join rules.population_months_per_year as whole
