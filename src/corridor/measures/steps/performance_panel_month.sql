-- step:      measures.performance_panel_month
-- makes:     one row per clinician, practice, site, ACO and region that people of the measured year have in common,
--            and month: member months, what was observed, and what the measured year's rates expect
-- key:       npi, tin, site_id, aco_id, region, month
-- reads:     population.member_month, measures.performance_member, measures.performance_cell,
--            measures.utilization_event
-- cites:     docs/performance.md
-- evidence:  measures.performance_member(npi, tin, site_id, aco_id, region)
-- owner:     tin, npi
with rate as (
  select
    cell, max(case when measure = 'cost' then rate end) as cost_rate,
    max(case when measure = 'acute_admission' then rate end) as admission_rate,
    max(case when measure = 'emergency_visit' then rate end) as visit_rate
  from measures.performance_cell
  where measure in ('cost', 'acute_admission', 'emergency_visit')
  group by cell
),
member as (
  select
    member.person_id, member.npi, member.tin, member.site_id, member.aco_id, member.region,
    coalesce(rate.cost_rate, 0) as cost_rate, coalesce(rate.admission_rate, 0) as admission_rate,
    coalesce(rate.visit_rate, 0) as visit_rate
  from measures.performance_member as member
  left join rate on rate.cell = member.cell
  where member.tin is not null or member.npi is not null or member.aco_id is not null
    or member.site_id is not null or member.region is not null
),
spent as (
  select
    member.npi, member.tin, member.site_id, member.aco_id, member.region, spend.month, count(*) as member_months,
    cast(sum(spend.expenditure) as decimal(18, 2)) as expenditure, cx_exact_sum(member.cost_rate) as expected_cost,
    cx_exact_sum(member.admission_rate) as expected_admissions, cx_exact_sum(member.visit_rate) as expected_visits
  from population.member_month as spend
  join member on member.person_id = spend.person_id
  group by member.npi, member.tin, member.site_id, member.aco_id, member.region, spend.month
),
happened as (
  select
    member.npi, member.tin, member.site_id, member.aco_id, member.region, event.month,
    sum(case when event.measure = 'acute_admission' then event.events else 0 end) as admissions,
    sum(case when event.measure = 'emergency_visit' then event.events else 0 end) as visits
  from measures.utilization_event as event
  join member on member.person_id = event.person_id
  where event.measure in ('acute_admission', 'emergency_visit')
  group by member.npi, member.tin, member.site_id, member.aco_id, member.region, event.month
)
select
  spent.npi, spent.tin, spent.site_id, spent.aco_id, spent.region, spent.month, spent.member_months,
  spent.expenditure, spent.expected_cost, cast(coalesce(happened.admissions, 0) as bigint) as admissions,
  spent.expected_admissions, cast(coalesce(happened.visits, 0) as bigint) as visits, spent.expected_visits
from spent
left join happened
  on happened.npi is not distinct from spent.npi and happened.tin is not distinct from spent.tin
  and happened.site_id is not distinct from spent.site_id and happened.aco_id is not distinct from spent.aco_id
  and happened.region is not distinct from spent.region and happened.month = spent.month
