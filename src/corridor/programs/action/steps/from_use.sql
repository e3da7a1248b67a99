-- step:      action.from_use
-- makes:     one row per ACO, practice and kind of care its people use more than is expected of such people: the ACO's share of
--            what the excess costs, less what chance alone explains of it
-- key:       action_id
-- reads:     measures.performance_panel, action.aco_share
-- rules:     action.kind, performance.interval_deviations
-- cites:     docs/performance.md; docs/next-best.md
-- evidence:  measures.performance_panel(aco_id, tin, measure)
-- owner:     tin, aco_id
with summed as (
  select
    panel.aco_id, panel.tin, panel.measure, cast(sum(panel.people) as bigint) as people,
    cx_exact_sum(panel.observed) as observed, cx_exact_sum(panel.observed) - cx_exact_sum(panel.expected) as excess,
    cx_exact_sum(panel.squared_difference) as variance, cx_divide(sum(panel.dollars), cx_exact_sum(panel.observed)) as each
  from measures.performance_panel as panel
  where panel.aco_id is not null and panel.tin is not null
  group by panel.aco_id, panel.tin, panel.measure
),
priced as (
  select
    summed.*, each * share.gain_rate as worth, share.basis, sqrt(variance) * wide.value as margin,
    -- an excess no larger than its own spread is chance: that much is taken off
    greatest(1 - cx_divide(variance, excess * excess), 0) as real_share
  from summed
  join action.aco_share as share on share.aco_id = summed.aco_id
  cross join rules.performance_interval_deviations as wide
  where excess > 0 and share.gain_rate is not null
)
select
  concat_ws(':', 'mssp', priced.measure, priced.tin, priced.aco_id) as action_id, said.kind, priced.measure,
  cast(null as varchar) as npi, priced.tin, cast(null as varchar) as ccn, priced.aco_id, cast(null as varchar) as detail,
  concat('the ACO gains its share alone; ', priced.basis) as todo,
  cast(ceil(priced.excess) as bigint) as items, priced.people, priced.excess * priced.real_share * worth as dollars,
  greatest(priced.excess - margin, 0) * worth as dollars_low, (priced.excess + margin) * worth as dollars_high,
  cast(null as double) as ceiling_dollars, said.family,
  -- a readmission is an admission too
  priced.measure = 'readmission' as alternative, cast(0 as double) as aco_share_of_dollars,
  'measures.performance_panel' as evidence_table,
  concat_ws('&', concat('aco_id=', priced.aco_id), concat('tin=', priced.tin), concat('measure=', priced.measure))
    as evidence_key
from priced
join rules.action_kind as said on said.kind = concat('aco_', priced.measure)
where priced.real_share > 0
