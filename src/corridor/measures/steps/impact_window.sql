-- step:      measures.impact_window
-- makes:     one row per person of the pool: months, dollars, admissions and emergency visits before enrollment (all, and
--            right before) and after it, and what controls are matched on
-- key:       program, index_month, person_id
-- reads:     measures.impact_pool, population.member_month, population.need_claim, population.condition,
--            population.risk
-- rules:     impact.pre_months, impact.placebo_months, impact.post_months
-- cites:     docs/program-effect.md
-- evidence:  population.member_month(person_id)
with month as (
  select
    pool.program, pool.index_month, pool.person_id, months.month, months.expenditure, months.died,
    cx_months_between(pool.index_day, make_date(months.year, months.month - months.year * 100, 1)) as apart
  from measures.impact_pool as pool
  join population.member_month as months on months.person_id = pool.person_id
),
-- 0 is the month of enrollment: before it lie -1, -2, ...
placed as (
  select
    month.program, month.index_month, month.person_id, month.month, month.expenditure, month.died,
    case
      when month.apart >= 0 then 'post' when month.apart >= -placebo.value then 'near' else 'far'
    end as phase
  from month
  cross join rules.impact_pre_months as pre
  cross join rules.impact_placebo_months as placebo
  cross join rules.impact_post_months as post
  where month.apart >= -pre.value and month.apart < post.value
),
event as (
  select distinct claim.person_id, claim.kind, claim.admission_date as day, cx_month_of(claim.admission_date) as month
  from population.need_claim as claim
  where claim.kind in ('inpatient', 'emergency')
),
counted as (
  select
    event.person_id, event.month, cast(sum(case when event.kind = 'inpatient' then 1 else 0 end) as bigint) as admissions,
    cast(sum(case when event.kind = 'emergency' then 1 else 0 end) as bigint) as emergency_visits
  from event
  where event.person_id in (select person_id from measures.impact_pool)
  group by event.person_id, event.month
),
summed as (
  select
    placed.program, placed.index_month, placed.person_id,
    cast(sum(case when placed.phase = 'far' then 1 else 0 end) as bigint) as far_months,
    cast(sum(case when placed.phase = 'near' then 1 else 0 end) as bigint) as near_months,
    cast(sum(case when placed.phase = 'post' then 1 else 0 end) as bigint) as post_months,
    sum(case when placed.phase = 'far' then placed.expenditure else 0 end) as far_expenditure,
    sum(case when placed.phase = 'near' then placed.expenditure else 0 end) as near_expenditure,
    sum(case when placed.phase = 'post' then placed.expenditure else 0 end) as post_expenditure,
    cast(sum(case when placed.phase = 'far' then counted.admissions else 0 end) as bigint) as far_admissions,
    cast(sum(case when placed.phase = 'near' then counted.admissions else 0 end) as bigint) as near_admissions,
    cast(sum(case when placed.phase = 'post' then counted.admissions else 0 end) as bigint) as post_admissions,
    cast(sum(case when placed.phase = 'far' then counted.emergency_visits else 0 end) as bigint)
      as far_emergency_visits,
    cast(sum(case when placed.phase = 'near' then counted.emergency_visits else 0 end) as bigint)
      as near_emergency_visits,
    cast(sum(case when placed.phase = 'post' then counted.emergency_visits else 0 end) as bigint)
      as post_emergency_visits,
    max(case when placed.phase = 'post' and placed.died then 1 else 0 end) as died
  from placed
  left join counted on counted.person_id = placed.person_id and counted.month = placed.month
  group by placed.program, placed.index_month, placed.person_id
),
chronic as (
  select pool.program, pool.index_month, pool.person_id, count(*) as conditions
  from measures.impact_pool as pool
  join population.condition as condition
    on condition.person_id = pool.person_id and condition.first_date < pool.index_day
  group by pool.program, pool.index_month, pool.person_id
)
select
  pool.program, pool.index_month, pool.person_id, pool.treated, pool.is_member, pool.age, pool.gender, pool.age_band,
  pool.enrollment_type, coalesce(chronic.conditions, 0) as chronic_conditions, risk.risk_score,
  coalesce(summed.far_months, 0) as far_months, coalesce(summed.near_months, 0) as near_months,
  coalesce(summed.post_months, 0) as post_months,
  cast(coalesce(summed.far_expenditure, 0) as decimal(18, 2)) as far_expenditure,
  cast(coalesce(summed.near_expenditure, 0) as decimal(18, 2)) as near_expenditure,
  cast(coalesce(summed.post_expenditure, 0) as decimal(18, 2)) as post_expenditure,
  coalesce(summed.far_admissions, 0) as far_admissions, coalesce(summed.near_admissions, 0) as near_admissions,
  coalesce(summed.post_admissions, 0) as post_admissions,
  coalesce(summed.far_emergency_visits, 0) as far_emergency_visits,
  coalesce(summed.near_emergency_visits, 0) as near_emergency_visits,
  coalesce(summed.post_emergency_visits, 0) as post_emergency_visits, coalesce(summed.died, 0) = 1 as died
from measures.impact_pool as pool
left join summed
  on summed.program = pool.program and summed.index_month = pool.index_month and summed.person_id = pool.person_id
left join chronic
  on chronic.program = pool.program and chronic.index_month = pool.index_month and chronic.person_id = pool.person_id
-- the score paid in the year of enrollment comes from diagnoses of the year before it
left join population.risk as risk
  on risk.person_id = pool.person_id and risk.payment_year = cx_year_of(pool.index_day)
