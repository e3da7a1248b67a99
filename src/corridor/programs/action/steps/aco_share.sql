-- step:      action.aco_share
-- makes:     one row per ACO: of a dollar more that its people cost, the least and the most that becomes its own loss of
--            savings, by its stated track; without one, by the track that shares most
-- key:       aco_id
-- reads:     attribution.participant, attribution.reach_participant, mssp.terms, run.setting
-- rules:     mssp.track
-- cites:     42 CFR 425.605(d), 425.610(d) to (g); MSSP notes 3.1; docs/next-best.md
-- evidence:  mssp.terms(aco_id)
-- owner:     aco_id
with listed as (
  select aco_id, coalesce(program, 'mssp') = 'reach' as reach from attribution.participant where aco_id is not null
  union
  select aco_id, true as reach from attribution.reach_participant where aco_id is not null and not is_trial
),
named as (
  select aco_id, max(case when reach then 1 else 0 end) = 1 as reach from listed group by aco_id
),
stated as (
  select terms.aco_id, terms.track, row_number() over (partition by terms.aco_id order by terms.performance_year desc) as place
  from mssp.terms as terms
  cross join run.setting as setting
  where terms.performance_year <= setting.performance_year
),
largest as (
  select
    max(greatest(sharing_rate, coalesce(loss_rate, largest_loss_rate, 0))) as most, min(sharing_rate) as least_sharing
  from rules.mssp_track
)
select
  named.aco_id, case when named.reach then 'reach' else 'mssp' end as program, stated.track,
  -- within the minimum savings rate, or with losses of a one-sided track, a dollar more costs the ACO nothing
  cast(0 as double) as least,
  case
    -- its first corridor shares every dollar under the global option
    when named.reach then cast(1 as double)
    when track.track is null then cast(largest.most as double)
    else cast(greatest(track.sharing_rate, coalesce(track.loss_rate, track.largest_loss_rate, 0)) as double)
  end as most,
  -- of a dollar saved: without a stated track, what the track that shares least gives; REACH's option is not known here
  case
    when not named.reach then cast(coalesce(track.sharing_rate, largest.least_sharing) as double)
  end as gain_rate,
  case
    when named.reach then 'ACO REACH: the option is not known here; the most is all of it'
    when track.track is null then 'the track is not stated (corridor load aco-terms): the most any track shares'
    else concat('track ', track.track)
  end as basis
from named
left join stated on stated.aco_id = named.aco_id and stated.place = 1
left join rules.mssp_track as track on track.track = stated.track
cross join largest
