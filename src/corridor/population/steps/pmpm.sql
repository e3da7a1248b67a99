-- step:      population.pmpm
-- makes:     one row per month, enrolment type (and all) and category of service (and total, Parts A and B): dollars
--            for each member month, as paid so far and completed
-- key:       month, enrollment_type, service_category
-- reads:     population.month_spend, population.completion
-- cites:     42 CFR 425.605(a); docs/population.md
-- evidence:  population.member_month(month, enrollment_type)
with typed as (
  select
    spend.month, spend.year, spend.enrollment_type, spend.service_category, spend.member_months,
    spend.carried_back_months, spend.expenditure,
    -- drug events are in no triangle
    case when spend.service_category = 'part_d_drug' then 1 else coalesce(completion.completion_factor, 1) end
      as completion_factor,
    case when spend.service_category = 'part_d_drug' then 'none' else coalesce(completion.method, 'none') end
      as completion_method
  from population.month_spend as spend
  left join population.completion as completion
    on completion.month = spend.month and completion.enrollment_type = spend.enrollment_type
),
summed as (
  select
    month, year, enrollment_type, service_category, member_months, carried_back_months, expenditure,
    cast(expenditure as double) * completion_factor as completed, completion_method
  from typed
  union all
  select
    month, year, 'all' as enrollment_type, service_category, cast(sum(member_months) as bigint) as member_months,
    cast(sum(carried_back_months) as bigint) as carried_back_months, sum(expenditure) as expenditure,
    cx_exact_sum(cast(expenditure as double) * completion_factor) as completed,
    max(completion_method) as completion_method
  from typed
  group by month, year, service_category
)
select
  month, year, enrollment_type, service_category, member_months, member_months as people,
  cast(expenditure as decimal(18, 2)) as expenditure, cx_divide(expenditure, member_months) as pmpm,
  cx_divide(completed, member_months) as completed_pmpm,
  coalesce(cx_divide(completed, expenditure), 1) as completion_factor, completion_method,
  cx_divide(carried_back_months, member_months) as carried_back_share
from summed
