-- step:      population.condition_way
-- makes:     one row per person, chronic condition and way to meet it: the claims that count, and whether they suffice
-- key:       person_id, condition, way
-- reads:     population.condition_claim, population.condition_definition
-- rules:     population.condition_algorithm, population.condition_setting,
--            population.condition_claims_on_different_days
-- cites:     CMS Chronic Conditions Warehouse; docs/conditions.md
-- evidence:  population.condition_claim(person_id, condition)
with way as (
  select
    definition.condition, definition.algorithm, definition.window_start, definition.window_end, algorithm.way,
    algorithm.code_system, algorithm.claims as fewest, algorithm.says, listed.setting
  from population.condition_definition as definition
  join rules.population_condition_algorithm as algorithm on algorithm.algorithm = definition.algorithm
  join rules.population_condition_setting as listed on listed.setting_group = algorithm.setting_group
  where definition.not_computed_because is null
),
-- one row a person, way and day: the days are counted after, without a second distinct; words join at the end
by_day as (
  select
    claim.person_id, claim.condition, way.way, claim.claim_date, count(*) as claims,
    sum(case when claim.conditional then 1 else 0 end) as conditional_claims,
    max(case when claim.claim_date >= way.window_start then 1 else 0 end) as counts,
    max(case when claim.confirms and claim.claim_date >= way.window_start then 1 else 0 end) as confirms
  from population.condition_claim as claim
  join way
    on way.condition = claim.condition and way.code_system = claim.code_system
    and (way.setting = claim.setting or (claim.emergency and way.setting = 'emergency'))
  where claim.claim_date < way.window_end
  group by claim.person_id, claim.condition, way.way, claim.claim_date
),
-- days of which every claim hangs on a condition (naltrexone) are counted apart
summed as (
  select
    person_id, condition, way,
    cast(sum(case when counts = 1 then claims else 0 end) as bigint) as claims,
    cast(sum(counts) as bigint) as days,
    cast(sum(case when counts = 1 then claims - conditional_claims else 0 end) as bigint) as plain_claims,
    cast(sum(case when counts = 1 and claims > conditional_claims then 1 else 0 end) as bigint) as plain_days,
    max(confirms) = 1 as confirms, min(claim_date) as first_date, max(claim_date) as last_date
  from by_day
  group by person_id, condition, way
),
described as (
  select
    condition, way, min(algorithm) as algorithm, min(says) as says, max(fewest) as fewest,
    max(case when setting = 'emergency' then 1 else 0 end) = 1 as counted_elsewhere
  from way
  group by condition, way
)
select
  summed.person_id, summed.condition, summed.way, described.algorithm, described.says, described.fewest,
  summed.claims, described.counted_elsewhere, summed.days, summed.confirms, summed.first_date, summed.last_date,
  case when apart.value then summed.days else summed.claims end >= described.fewest as enough,
  case when apart.value then summed.plain_days else summed.plain_claims end >= described.fewest
    as enough_without_conditional
from summed
join described on described.condition = summed.condition and described.way = summed.way
cross join rules.population_condition_claims_on_different_days as apart
