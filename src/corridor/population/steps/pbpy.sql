-- step:      population.pbpy
-- makes:     one row per year and enrolment type (and all): dollars for each beneficiary and year, truncated,
--            completed and weighted by person-years; without truncation beside it; the trend on the year before
-- key:       year, enrollment_type
-- reads:     population.person_year, population.month
-- rules:     population.months_per_year
-- cites:     42 CFR 425.605(a), 425.652(a)(1); MSSP notes section 4
-- evidence:  population.person_year(year, enrollment_type)
with covered as (
  select year, count(*) as months
  from population.month
  group by year
),
weighed as (
  select
    year, enrollment_type, person_id, member_months, carried_back_months, person_years, expenditure, completed,
    truncated_annualized, annualized, completion_factor, completion_method, threshold_source,
    case when annualized > truncation_threshold then 1 else 0 end as cut
  from population.person_year
  union all
  select
    year, 'all' as enrollment_type, person_id, member_months, carried_back_months, person_years, expenditure,
    completed, truncated_annualized, annualized, completion_factor, completion_method, threshold_source,
    case when annualized > truncation_threshold then 1 else 0 end as cut
  from population.person_year
),
summed as (
  select
    year, enrollment_type, count(distinct person_id) as people, cast(sum(member_months) as bigint) as member_months,
    cast(sum(carried_back_months) as bigint) as carried_back_months, cast(sum(cut) as bigint) as truncated_people,
    cast(sum(expenditure) as decimal(18, 2)) as expenditure,
    cx_exact_sum(completed * person_years) as completed_amount,
    cx_exact_sum(truncated_annualized * person_years) as truncated_amount,
    cx_exact_sum(annualized * completion_factor * person_years) as untruncated_amount,
    max(completion_method) as completion_method, max(threshold_source) as threshold_source
  from weighed
  group by year, enrollment_type
),
priced as (
  select
    summed.year, summed.enrollment_type, summed.people, summed.member_months,
    cx_divide(summed.member_months, whole.value) as person_years, summed.expenditure,
    cx_divide(summed.completed_amount * whole.value, summed.member_months) as pbpy,
    cx_divide(summed.untruncated_amount * whole.value, summed.member_months) as untruncated_pbpy,
    cx_divide(summed.truncated_amount * whole.value, summed.member_months) as uncompleted_pbpy,
    summed.truncated_people, summed.threshold_source,
    coalesce(cx_divide(summed.completed_amount, summed.truncated_amount), 1) as completion_factor,
    summed.completion_method, cx_divide(summed.carried_back_months, summed.member_months) as carried_back_share,
    covered.months as months_covered, covered.months = whole.value as whole_year
  from summed
  join covered on covered.year = summed.year
  cross join rules.population_months_per_year as whole
)
select
  this.year, this.enrollment_type, this.people, this.person_years, this.pbpy, this.untruncated_pbpy,
  -- a year of which only some months are loaded has no trend: it would be the season's
  case when this.whole_year and prior.whole_year then cx_divide(this.pbpy, prior.pbpy) - 1 end as trend,
  this.member_months, this.expenditure, this.uncompleted_pbpy, this.truncated_people, this.threshold_source,
  this.completion_factor, this.completion_method, this.carried_back_share, this.months_covered
from priced as this
left join priced as prior on prior.year = this.year - 1 and prior.enrollment_type = this.enrollment_type
