-- step:      episodes.chronic_episode
-- makes:     one row per segment, counted as an episode or excluded with the first reason that holds
-- key:       episode_id
-- reads:     episodes.chronic_segment, episodes.chronic_attribution, episodes.enrollment, claims.person,
--            claims.eligibility, claims.period, claims.medical_claim
-- rules:     asm.lookback_days, asm.episode_exclusion, asm.episode_set_aside, claims.us_state
-- cites:     42 CFR 512.730; ASM specification 2.2(7); docs/episodes.md
-- evidence:  episodes.chronic_service(episode_id)
-- owner:     tin
with covered as (
  select eligibility.person_id, min(period.first_day) as first_day, max(period.last_day) as last_day
  from (select distinct source_id, person_id from claims.eligibility) as eligibility
  join claims.period as period on period.source_id = eligibility.source_id
  group by eligibility.person_id
),
loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
segment as (
  select
    each.episode_id, each.cohort, each.person_id, each.tin, each.window_start, each.window_end,
    each.episode_start, each.episode_end, each.episode_days, each.performance_year, each.long_enough,
    cx_add_days(each.episode_start, -lookback.value) as lookback_start,
    coalesce(covered.first_day, loaded.first_day) as first_day,
    coalesce(covered.last_day, loaded.last_day) as last_day,
    person.birth_date, person.death_date, person.state_code
  from episodes.chronic_segment as each
  cross join rules.asm_lookback_days as lookback
  cross join loaded
  left join covered on covered.person_id = each.person_id
  left join claims.person as person on person.person_id = each.person_id
),
enrolled as (
  select distinct segment.episode_id
  from segment
  join episodes.enrollment as enrollment
    on enrollment.person_id = segment.person_id
    and enrollment.start_date <= greatest(segment.lookback_start, segment.first_day)
    and (enrollment.end_date is null or enrollment.end_date >= segment.episode_end)
),
payer_claim as (
  select distinct person_id, coalesce(claim_start_date, claim_end_date) as claim_date
  from claims.medical_claim
  where primary_payer_code is not null
),
other_payer as (
  select distinct segment.episode_id
  from segment
  join payer_claim
    on payer_claim.person_id = segment.person_id
    and payer_claim.claim_date >= segment.lookback_start and payer_claim.claim_date <= segment.episode_end
),
attributed as (
  select episode_id, count(*) as clinicians
  from episodes.chronic_attribution
  where attributed
  group by episode_id
),
found as (
  select
    segment.*, coalesce(attributed.clinicians, 0) as attributed_clinicians,
    case
      when not segment.long_enough then 'too_short'
      when segment.episode_end > segment.last_day then 'claims_end_first'
      when segment.birth_date is null then 'missing_age'
      when segment.death_date >= segment.episode_start and segment.death_date <= segment.episode_end
        then 'death_in_window'
      when enrolled.episode_id is null then 'not_continuously_enrolled'
      when other_payer.episode_id is not null then 'other_primary_payer'
      when state.state_code is null and segment.state_code between '00' and '99' then 'resident_abroad'
      when attributed.episode_id is null then 'unattributable'
    end as first_reason
  from segment
  left join enrolled on enrolled.episode_id = segment.episode_id
  left join other_payer on other_payer.episode_id = segment.episode_id
  left join attributed on attributed.episode_id = segment.episode_id
  left join rules.claims_us_state as state on state.state_code = segment.state_code
),
reasons as (
  select reason, about from rules.asm_episode_exclusion
  union all
  select reason, about from rules.asm_episode_set_aside
)
select
  found.episode_id, found.cohort, found.person_id, found.tin, found.window_start, found.window_end,
  found.episode_start, found.episode_end, found.episode_days, found.performance_year,
  found.lookback_start, found.lookback_start >= found.first_day as lookback_covered,
  found.attributed_clinicians, reasons.reason is not null as excluded, reasons.reason as exclusion_reason,
  reasons.about as exclusion_about
from found
left join reasons on reasons.reason = found.first_reason
