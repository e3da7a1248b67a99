-- step:      measures.peer_group
-- makes:     one row per level and entity: the specialty, how many chronic conditions its people have, and the
--            entities it is compared with
-- key:       level, entity_id
-- reads:     measures.performance_panel, claims.clinician_specialty, run.setting
-- rules:     performance.condition_bands, performance.peer_minimum
-- cites:     docs/performance.md
-- evidence:  measures.performance_roster(level, entity_id)
with specialty as (
  select npi, specialty_code
  from (
    select
      known.npi, known.specialty_code, row_number() over (partition by known.npi order by known.service_year desc) as place
    from claims.clinician_specialty as known
    join run.setting as setting on known.service_year <= setting.data_year
  )
  where place = 1
),
panel as (
  select
    panel.npi, panel.tin, panel.site_id, panel.aco_id, panel.region, panel.people, panel.conditions,
    coalesce(specialty.specialty_code, 'unknown') as specialty_code
  from measures.performance_panel as panel
  left join specialty on specialty.npi = panel.npi
  where panel.measure = 'cost'
),
entity as (
  select 'npi' as level, npi as entity_id, specialty_code, people, conditions from panel where npi is not null
  union all
  select 'tin', tin, specialty_code, people, conditions from panel where tin is not null
  union all
  select 'site', site_id, 'all', people, conditions from panel where site_id is not null
  union all
  select 'aco', aco_id, 'all', people, conditions from panel where aco_id is not null
  union all
  select 'region', region, 'all', people, conditions from panel where region is not null
),
by_specialty as (
  select level, entity_id, specialty_code, sum(people) as people, sum(conditions) as conditions
  from entity
  group by level, entity_id, specialty_code
),
-- a practice is of the specialty that answers for most of its people
chosen as (
  select
    level, entity_id, specialty_code,
    sum(people) over (partition by level, entity_id) as people,
    cx_divide(
      sum(conditions) over (partition by level, entity_id), sum(people) over (partition by level, entity_id)
    ) as mean_conditions,
    row_number() over (partition by level, entity_id order by people desc, specialty_code) as place
  from by_specialty
),
counted as (
  select
    chosen.level, chosen.entity_id, chosen.specialty_code, chosen.people, chosen.mean_conditions,
    count(*) over (partition by chosen.level) as level_peers,
    count(*) over (partition by chosen.level, chosen.specialty_code) as specialty_peers,
    row_number() over (
      partition by chosen.level, chosen.specialty_code order by chosen.mean_conditions, chosen.entity_id
    ) as condition_place
  from chosen
  where place = 1
),
banded as (
  select
    counted.*,
    cast(floor(cx_divide((counted.condition_place - 1) * bands.value, counted.specialty_peers)) as integer) + 1
      as condition_band
  from counted
  cross join rules.performance_condition_bands as bands
),
sized as (
  select
    banded.*, count(*) over (partition by level, specialty_code, condition_band) as band_peers
  from banded
)
select
  sized.level, sized.entity_id, sized.specialty_code, sized.mean_conditions, sized.condition_band,
  case
    when sized.specialty_code <> 'unknown' and sized.band_peers >= fewest.value then concat(
      sized.level, ' / specialty ', sized.specialty_code, ' / conditions ', cast(sized.condition_band as varchar)
    )
    when sized.specialty_code <> 'unknown' and sized.specialty_peers >= fewest.value
      then concat(sized.level, ' / specialty ', sized.specialty_code)
    else concat(sized.level, ' / all')
  end as peer_group,
  case
    when sized.specialty_code <> 'unknown' and sized.band_peers >= fewest.value then sized.band_peers
    when sized.specialty_code <> 'unknown' and sized.specialty_peers >= fewest.value then sized.specialty_peers
    else sized.level_peers
  end as peers
from sized
cross join rules.performance_peer_minimum as fewest
