-- step:      population.condition_code
-- makes:     one row per code of a chronic condition: what it includes or excludes, and where it counts only in part
-- key:       condition, code_system, code
-- reads:     reference.chronic_condition_code, population.condition_definition
-- rules:     population.condition_screening_code, population.condition_conditional_drug
-- cites:     CMS Chronic Conditions Warehouse; docs/conditions.md
-- evidence:  none
select
  code.condition, code.code_system, code.code,
  -- a code that one condition both includes and excludes keeps its claims out
  -- a code that a condition both includes and excludes keeps its claims out
  max(case when code.inclusion_type = 'exclude' then 1 else 0 end) as excludes,
  max(case when screening.code is null then 1 else 0 end) as confirms,
  max(case when code.code_system = 'ndc' and conditional.code is not null then 1 else 0 end) as conditional
from reference.chronic_condition_code as code
join population.condition_definition as definition
  on definition.condition = code.condition and definition.vintage = code.vintage
left join rules.population_condition_screening_code as screening
  on screening.condition = code.condition and screening.code = code.code
left join rules.population_condition_conditional_drug as conditional on conditional.code = code.code
where definition.not_computed_because is null
group by code.condition, code.code_system, code.code
