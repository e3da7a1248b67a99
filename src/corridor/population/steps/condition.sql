-- step:      population.condition
-- makes:     one row per person and chronic condition met by the end of the measured year
-- key:       person_id, condition
-- reads:     population.condition_way, population.condition_definition
-- rules:     population.condition_blocking, population.condition_diagnosis_indicator
-- cites:     CMS Chronic Conditions Warehouse; docs/conditions.md
-- evidence:  population.condition_claim(person_id, condition)
with indicator as (
  select distinct way.person_id, way.condition
  from population.condition_way as way
  join rules.population_condition_diagnosis_indicator as listed
    on listed.algorithm = way.algorithm and listed.way = way.way
  where way.enough and way.confirms
),
-- blocking conditions are met by diagnoses and procedures alone, so that nothing turns in a circle
blocked as (
  select distinct way.person_id, blocking.condition
  from population.condition_way as way
  join rules.population_condition_blocking as blocking on blocking.blocked_by = way.condition
  left join indicator on indicator.person_id = way.person_id and indicator.condition = blocking.condition
  where way.enough_without_conditional and indicator.person_id is null
),
overall as (
  select
    way.person_id, way.condition, max(case when way.confirms then 1 else 0 end) as confirms,
    min(way.first_date) as first_date, max(way.last_date) as last_date,
    -- emergency claims stand in the way of their setting too
    cast(sum(case when way.counted_elsewhere then 0 else way.claims end) as bigint) as claims,
    min(case
      when way.enough and (way.enough_without_conditional or blocked.person_id is null) then way.way
    end) as met_way
  from population.condition_way as way
  left join blocked on blocked.person_id = way.person_id and blocked.condition = way.condition
  group by way.person_id, way.condition
)
select
  overall.person_id, overall.condition, definition.condition_name, definition.condition_type, definition.category,
  overall.first_date, overall.last_date, overall.claims, met.way,
  'At least ' || met.says || case when met.fewest > 1 then ' on different days' else '' end || ': '
    || cast(met.claims as varchar) || case when met.claims = 1 then ' claim' else ' claims' end || ' on '
    || cast(met.days as varchar) || case when met.days = 1 then ' day' else ' days' end || ' since ' || cast(definition.window_start as varchar)
    as qualified_by,
  definition.window_is_loaded
from overall
join population.condition_way as met
  on met.person_id = overall.person_id and met.condition = overall.condition and met.way = overall.met_way
join population.condition_definition as definition on definition.condition = overall.condition
where overall.confirms = 1
