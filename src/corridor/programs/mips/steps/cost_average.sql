-- step:      mips.cost_average
-- makes:     one row per performance year and cost measure with cases: the national mean cost of groups and of
--            clinicians, as CMS published it for the year or the nearest one, and where it is from
-- key:       performance_year, measure_id
-- reads:     mips.cost_case, reference.qpp_cost_average
-- rules:     asm.national_average_cost
-- cites:     CMS QPP measures data, cost national averages; docs/mips-eligibility.md
-- evidence:  none
with asked as (
  select distinct performance_year, measure_id from mips.cost_case
),
ranked as (
  select
    asked.performance_year, asked.measure_id, published.year, published.group_average, published.individual_average,
    row_number() over (
      partition by asked.performance_year, asked.measure_id
      order by
        case when published.year <= asked.performance_year then 0 else 1 end,
        abs(published.year - asked.performance_year), published.vintage desc
    ) as place
  from asked
  join reference.qpp_cost_average as published on published.measure_id = asked.measure_id
  where published.group_average is not null
)
select
  asked.performance_year, asked.measure_id, coalesce(ranked.group_average, rule.amount) as group_average,
  coalesce(ranked.individual_average, ranked.group_average, rule.amount) as individual_average,
  case
    when ranked.year is not null then concat('CMS''s file of ', cast(ranked.year as varchar))
    else 'the rule asm.national_average_cost'
  end as origin
from asked
left join ranked
  on ranked.performance_year = asked.performance_year and ranked.measure_id = asked.measure_id and ranked.place = 1
left join rules.asm_national_average_cost as rule on rule.measure_id = asked.measure_id
where ranked.measure_id is not null or rule.measure_id is not null
