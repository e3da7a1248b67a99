-- step:      measures.performance_total
-- makes:     one row per level (npi, tin, site, aco, region), entity and measure: sums over its people, across the
--            practices of a clinician and the clinicians of a practice
-- key:       level, entity_id, measure
-- reads:     measures.performance_panel, org_raw.provider_roster
-- cites:     docs/performance.md
-- evidence:  measures.performance_roster(level, entity_id)
with placed as (
  select 'npi' as level, npi as entity_id, npi, tin, measure, people, denominator, observed, expected,
    squared_difference, dollars, conditions
  from measures.performance_panel where npi is not null
  union all
  select 'tin', tin, npi, tin, measure, people, denominator, observed, expected, squared_difference, dollars,
    conditions
  from measures.performance_panel where tin is not null
  union all
  select 'site', site_id, npi, tin, measure, people, denominator, observed, expected, squared_difference, dollars,
    conditions
  from measures.performance_panel where site_id is not null
  union all
  select 'aco', aco_id, npi, tin, measure, people, denominator, observed, expected, squared_difference, dollars,
    conditions
  from measures.performance_panel where aco_id is not null
  union all
  select 'region', region, npi, tin, measure, people, denominator, observed, expected, squared_difference, dollars,
    conditions
  from measures.performance_panel where region is not null
),
summed as (
  select
    level, entity_id, measure, cast(sum(people) as bigint) as people, cast(sum(denominator) as bigint) as denominator,
    cx_exact_sum(observed) as observed, cx_exact_sum(expected) as expected,
    cx_exact_sum(squared_difference) as squared_difference, cast(sum(dollars) as decimal(18, 2)) as dollars,
    cast(sum(conditions) as bigint) as conditions, count(distinct npi) as clinicians, count(distinct tin) as practices
  from placed
  group by level, entity_id, measure
),
stated as (
  select tin, max(practice_size) as practice_size from org_raw.provider_roster group by tin
)
select
  summed.level, summed.entity_id, summed.measure, summed.people, summed.denominator, summed.observed,
  summed.expected, summed.squared_difference, summed.dollars, summed.conditions,
  -- a practice is as large as its roster says, if it says; its clinicians are those of all measures
  case
    when summed.level = 'tin' then greatest(
      max(summed.clinicians) over (partition by summed.level, summed.entity_id), coalesce(stated.practice_size, 0)
    )
    else max(summed.clinicians) over (partition by summed.level, summed.entity_id)
  end as clinicians,
  summed.practices
from summed
left join stated on summed.level = 'tin' and stated.tin = summed.entity_id
