-- step:      integrity.sign
-- makes:     one row per panel and sign of coding growth: the value, what is usual among panels of the level, and
--            whether it stands out both among them and by more than the least distance
-- key:       level, entity_id, sign
-- reads:     integrity.panel
-- rules:     claims.cell_size_minimum, integrity.sign, integrity.least_people, integrity.least_peers, integrity.middle_quantile,
--            integrity.high_quantile
-- cites:     docs/risk-integrity.md
-- evidence:  integrity.panel(level, entity_id)
-- owner:     aco_id, tin, npi
with valued as (
  select
    level, entity_id, aco_id, tin, npi, people, 'growth' as sign,
    cx_divide(cast(categories - categories_before as double) - ageing, cast(categories_before as double)) as value,
    cast(categories - categories_before as bigint) as cases
  from integrity.panel
  union all
  select
    level, entity_id, aco_id, tin, npi, people, 'once' as sign,
    cx_divide(cast(once as double), cast(categories as double)) as value, cast(once as bigint) as cases
  from integrity.panel
  union all
  select
    level, entity_id, aco_id, tin, npi, people, 'assessment' as sign,
    cx_divide(cast(assessed as double), cast(categories as double)) as value, cast(assessed as bigint) as cases
  from integrity.panel
  union all
  select
    level, entity_id, aco_id, tin, npi, people, 'alone' as sign,
    cx_divide(cast(alone as double), cast(shared as double)) as value, cast(alone as bigint) as cases
  from integrity.panel
),
ranked as (
  select
    valued.level, valued.sign, valued.value,
    row_number() over (partition by valued.level, valued.sign order by valued.value, valued.entity_id) as rank,
    count(*) over (partition by valued.level, valued.sign) as peers
  from valued
  cross join rules.integrity_least_people as least
  where valued.people >= least.value and valued.value is not null
),
-- the first value at or below which that part of the panels lies
peers as (
  select
    ranked.level, ranked.sign, max(ranked.peers) as peers,
    min(case when ranked.rank >= ranked.peers * middle.value then ranked.value end) as usual,
    min(case when ranked.rank >= ranked.peers * high.value then ranked.value end) as high
  from ranked
  cross join rules.integrity_middle_quantile as middle
  cross join rules.integrity_high_quantile as high
  group by ranked.level, ranked.sign
)
select
  valued.level, valued.entity_id, valued.sign, listed.place, listed.says, valued.aco_id, valued.tin, valued.npi,
  valued.people, valued.cases, valued.value, peers.usual, peers.high, coalesce(peers.peers, 0) as peers,
  valued.value - peers.usual as beyond_usual, valued.people >= least.value as enough_people,
  coalesce(peers.peers, 0) >= least_peers.value as enough_peers,
  coalesce(
    valued.people >= least.value and peers.peers >= least_peers.value and valued.value >= peers.high
      and valued.value - peers.usual >= listed.beyond,
    false
  ) as flagged,
  valued.sign <> 'growth' and valued.cases > 0 and valued.cases < smallest.value as small_cell
from valued
join rules.integrity_sign as listed on listed.sign = valued.sign
cross join rules.integrity_least_people as least
cross join rules.integrity_least_peers as least_peers
cross join rules.claims_cell_size_minimum as smallest
left join peers on peers.level = valued.level and peers.sign = valued.sign
where valued.value is not null
