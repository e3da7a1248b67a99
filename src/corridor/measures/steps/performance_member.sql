-- step:      measures.performance_member
-- makes:     one row per person with a month of fee-for-service Medicare in the measured year: whose the person is,
--            member months, expenditure, and the cell of enrolment type, age and risk for expected rates
-- key:       person_id
-- reads:     population.enrollment_month, population.person_year, population.risk, population.condition,
--            attribution.person, run.setting
-- rules:     performance.age_band, performance.risk_groups, performance.year_months
-- cites:     indirect standardisation; docs/performance.md
-- evidence:  population.enrollment_month(person_id)
-- owner:     tin, npi
with month_count as (
  select
    member.person_id, coalesce(member.enrollment_type, 'unknown') as enrollment_type, count(*) as member_months,
    max(member.age) as age
  from population.enrollment_month as member
  join run.setting as setting on member.year = setting.data_year
  where member.fee_for_service
  group by member.person_id, coalesce(member.enrollment_type, 'unknown')
),
-- of several enrolment types in the year, the one of most months
ranked as (
  select
    month_count.*,
    row_number() over (partition by person_id order by member_months desc, enrollment_type) as place
  from month_count
),
member as (
  select
    person_id, max(case when place = 1 then enrollment_type end) as enrollment_type,
    cast(sum(member_months) as bigint) as member_months, max(age) as age
  from ranked
  group by person_id
),
cost as (
  select
    year.person_id, sum(year.expenditure) as expenditure,
    cx_exact_sum(cx_divide(cast(year.truncated_annualized as double) * year.member_months, months.value))
      as truncated_expenditure
  from population.person_year as year
  join run.setting as setting on year.year = setting.data_year
  cross join rules.performance_year_months as months
  group by year.person_id
),
risk as (
  select risk.person_id, max(risk.relative_risk) as relative_risk
  from population.risk as risk
  join run.setting as setting on risk.payment_year = setting.data_year + 1
  group by risk.person_id
),
condition as (
  select person_id, count(*) as conditions from population.condition group by person_id
),
placed as (
  select
    member.person_id, member.enrollment_type, member.member_months, member.age, risk.relative_risk,
    case when risk.relative_risk is not null then
      cast(floor(cx_divide(
        (row_number() over (
          partition by case when risk.relative_risk is null then 0 else 1 end
          order by risk.relative_risk, member.person_id
        ) - 1) * groups.value,
        count(*) over (partition by case when risk.relative_risk is null then 0 else 1 end)
      )) as integer) + 1
    end as risk_group
  from member
  cross join rules.performance_risk_groups as groups
  left join risk on risk.person_id = member.person_id
)
select
  placed.person_id, owner.aco_id, owner.tin, owner.npi, owner.site_id, owner.region, placed.enrollment_type,
  placed.member_months, placed.age, coalesce(band.age_band, 'unknown') as age_band, placed.risk_group,
  placed.relative_risk, coalesce(condition.conditions, 0) as conditions,
  cast(coalesce(cost.expenditure, 0) as decimal(18, 2)) as expenditure,
  coalesce(cost.truncated_expenditure, 0) as truncated_expenditure,
  -- a cell with too few people leaves out age, then enrolment type
  concat(placed.enrollment_type, ' / ', coalesce(cast(placed.risk_group as varchar), 'no risk score')) as wide_cell,
  coalesce(cast(placed.risk_group as varchar), 'no risk score') as widest_cell,
  concat(
    placed.enrollment_type, ' / ', coalesce(band.age_band, 'unknown'), ' / ',
    coalesce(cast(placed.risk_group as varchar), 'no risk score')
  ) as cell
from placed
left join rules.performance_age_band as band
  on placed.age >= band.at_least and (band.below is null or placed.age < band.below)
left join attribution.person as owner on owner.person_id = placed.person_id
left join cost on cost.person_id = placed.person_id
left join condition on condition.person_id = placed.person_id
