-- step:      action.from_recapture
-- makes:     one row per ACO and practice whose people carry conditions on claims of earlier years and on none of this one:
--            what the benchmark would gain if they still are present, within the room its cap leaves
-- key:       action_id
-- reads:     integrity.recapture, integrity.trend, integrity.cap, action.aco_share, run.setting
-- rules:     action.kind
-- cites:     42 CFR 425.605(a)(1)(ii); docs/risk-integrity.md; docs/next-best.md
-- evidence:  integrity.recapture(aco_id, tin)
-- owner:     tin, aco_id
with found as (
  select
    aco_id, tin, count(*) as items, count(distinct person_id) as people,
    -- recorded on one day, or in assessments alone, is no ground to expect it
    cx_exact_sum(case when not only_assessed and days_recorded > 1 then coalesce(coefficient, 0) else 0 end) as likely,
    cx_exact_sum(coalesce(coefficient, 0)) as every
  from integrity.recapture
  where aco_id is not null and tin is not null
  group by aco_id, tin
),
-- a point of risk is worth what people of score one cost
level as (
  select
    trend.aco_id, cx_divide(cx_exact_sum(trend.expenditure * trend.person_years), cx_exact_sum(trend.claims_score * trend.person_years))
      as each,
    cx_exact_sum(trend.expenditure * trend.person_years) as spent
  from integrity.trend as trend
  join run.setting as setting on setting.data_year = trend.year
  where trend.claims_score is not null and not trend.small_cell
  group by trend.aco_id
),
room as (
  select cap.aco_id, min(greatest(cap.room, 0)) as room
  from integrity.cap as cap
  join run.setting as setting on setting.data_year = cap.year
  group by cap.aco_id
),
whole as (
  select aco_id, cx_exact_sum(every) as every from found group by aco_id
)
select
  concat_ws(':', 'mssp', 'recapture', found.tin, found.aco_id) as action_id, said.kind, '' as measure,
  cast(null as varchar) as npi, found.tin, cast(null as varchar) as ccn, found.aco_id, cast(null as varchar) as detail,
  'assess first: nothing is recorded that the visit does not bear out; what was seen once or in assessments alone counts in the high end only'
    as todo,
  found.items, found.people, found.likely * level.each * share.gain_rate as dollars,
  cast(0 as double) as dollars_low, found.every * level.each * share.gain_rate as dollars_high,
  -- the room of the ACO, by the practice's part of what is open
  room.room * level.spent * share.gain_rate * cx_divide(found.every, whole.every) as ceiling_dollars,
  concat('recapture:', found.aco_id) as family, false as alternative, cast(0 as double) as aco_share_of_dollars,
  'integrity.recapture' as evidence_table, concat_ws('&', concat('aco_id=', found.aco_id), concat('tin=', found.tin))
    as evidence_key
from found
join whole on whole.aco_id = found.aco_id
join level on level.aco_id = found.aco_id
join action.aco_share as share on share.aco_id = found.aco_id and share.gain_rate is not null
join rules.action_kind as said on said.kind = 'recapture'
left join room on room.aco_id = found.aco_id
where level.each > 0 and found.every > 0
