-- step:      mssp.expenditure
-- makes:     one row per ACO, practice ('' is the whole ACO), year and enrolment type (and all): assigned people,
--            person-years, dollars for each beneficiary and year, their sum, the mean risk score
-- key:       aco_id, tin, year, enrollment_type
-- reads:     mssp.person_year, population.month
-- rules:     population.months_per_year
-- cites:     42 CFR 425.605(a), 425.652(a)(1); MSSP notes 4.5 and 4.6
-- evidence:  mssp.person_year(aco_id, year, enrollment_type)
-- owner:     aco_id, tin
with spread as (
  select
    aco_id, tin, year, enrollment_type, person_id, person_years, expenditure, paid_expenditure, annualized,
    completion_factor, completion_method, truncated, risk_score, threshold_source, basis, carried_back_months,
    member_months
  from mssp.person_year
  union all
  select
    aco_id, tin, year, 'all' as enrollment_type, person_id, person_years, expenditure, paid_expenditure, annualized,
    completion_factor, completion_method, truncated, risk_score, threshold_source, basis, carried_back_months,
    member_months
  from mssp.person_year
),
both_levels as (
  select
    aco_id, tin, year, enrollment_type, person_id, person_years, expenditure, paid_expenditure, annualized,
    completion_factor, completion_method, truncated, risk_score, threshold_source, basis, carried_back_months,
    member_months
  from spread
  union all
  select
    aco_id, '' as tin, year, enrollment_type, person_id, person_years, expenditure, paid_expenditure, annualized,
    completion_factor, completion_method, truncated, risk_score, threshold_source, basis, carried_back_months,
    member_months
  from spread
),
summed as (
  select
    aco_id, tin, year, enrollment_type, count(distinct person_id) as people,
    cast(sum(member_months) as bigint) as member_months,
    cx_exact_sum(person_years) as person_years, cx_exact_sum(expenditure * person_years) as amount,
    cast(sum(paid_expenditure) as decimal(18, 2)) as paid_expenditure,
    cx_exact_sum(annualized * completion_factor * person_years) as untruncated_amount,
    cast(sum(case when truncated then 1 else 0 end) as bigint) as truncated_people,
    cx_exact_sum(risk_score * person_years) as risk_sum,
    cx_exact_sum(case when risk_score is not null then person_years end) as risk_person_years,
    max(completion_method) as completion_method, max(threshold_source) as threshold_source,
    max(basis) as basis, cast(sum(carried_back_months) as bigint) as carried_back_months
  from both_levels
  group by aco_id, tin, year, enrollment_type
),
covered as (
  select year, count(*) as months
  from population.month
  group by year
)
select
  summed.aco_id, summed.tin, summed.year, summed.enrollment_type, summed.people, summed.member_months,
  summed.person_years, cx_divide(summed.amount, summed.person_years) as per_capita, summed.amount,
  summed.paid_expenditure, summed.untruncated_amount, summed.truncated_people,
  cx_divide(summed.risk_sum, summed.risk_person_years) as risk_score,
  cx_divide(summed.risk_person_years, summed.person_years) as risk_share,
  summed.completion_method, summed.threshold_source, summed.basis,
  cx_divide(summed.carried_back_months, summed.member_months) as carried_back_share,
  covered.months as months_loaded, covered.months = whole.value as whole_year
from summed
join covered on covered.year = summed.year
cross join rules.population_months_per_year as whole
