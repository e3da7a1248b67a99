-- step:      episodes.chronic_attribution
-- makes:     one row per segment and clinician of the practice with a trigger or reaffirming claim in it
-- key:       episode_id, npi
-- reads:     episodes.chronic_segment, episodes.chronic_claim, episodes.condition_prescriber, claims.service_line
-- rules:     asm.attribution_share, asm.prior_care_days, asm.prescribing_test, asm.prescribing_patients
-- cites:     42 CFR 512.730; ASM specification 2.2(5)
-- evidence:  episodes.chronic_claim(tin, npi)
-- owner:     tin, npi
with counted as (
  select
    segment.episode_id, segment.cohort, segment.person_id, segment.tin, care.npi, segment.episode_start,
    segment.performance_year, count(*) as trigger_claims
  from episodes.chronic_segment as segment
  join episodes.chronic_claim as care
    on care.cohort = segment.cohort and care.person_id = segment.person_id and care.tin = segment.tin
    and care.service_date >= segment.episode_start and care.service_date <= segment.episode_end
  where segment.long_enough
  group by
    segment.episode_id, segment.cohort, segment.person_id, segment.tin, care.npi, segment.episode_start,
    segment.performance_year
),
practice as (
  select episode_id, sum(trigger_claims) as practice_claims
  from counted
  group by episode_id
),
shared as (
  select
    counted.episode_id, counted.cohort, counted.person_id, counted.tin, counted.npi, counted.episode_start,
    counted.performance_year, counted.trigger_claims,
    cx_divide(counted.trigger_claims, practice.practice_claims) as share
  from counted
  join practice on practice.episode_id = counted.episode_id
),
care_before as (
  select distinct shared.episode_id, shared.npi
  from shared
  cross join rules.asm_prior_care_days as before
  join claims.service_line as lines
    on lines.person_id = shared.person_id and lines.tin = shared.tin and lines.npi = shared.npi
    and lines.setting = 'professional' and lines.service_date <= shared.episode_start
    and lines.service_date >= cx_add_days(shared.episode_start, -before.value)
),
prescribing_seen as (
  select distinct cohort, service_year from episodes.condition_prescriber
),
tested as (
  select
    shared.episode_id, shared.cohort, shared.tin, shared.npi, shared.trigger_claims, shared.share,
    shared.share >= enough.value as has_share,
    care_before.npi is not null as has_care_before,
    not test.applies or prescribing_seen.cohort is null
      or coalesce(prescriber.patients, 0) >= fewest.value as has_prescribing
  from shared
  cross join rules.asm_attribution_share as enough
  cross join rules.asm_prescribing_patients as fewest
  join rules.asm_prescribing_test as test on test.cohort = shared.cohort
  left join care_before on care_before.episode_id = shared.episode_id and care_before.npi = shared.npi
  left join prescribing_seen
    on prescribing_seen.cohort = shared.cohort and prescribing_seen.service_year = shared.performance_year
  left join episodes.condition_prescriber as prescriber
    on prescriber.cohort = shared.cohort and prescriber.npi = shared.npi
    and prescriber.service_year = shared.performance_year
)
select
  episode_id, npi, cohort, tin, share, trigger_claims,
  has_share and has_care_before and has_prescribing as attributed,
  case
    when not has_share then 'share of the practice''s claims too small'
    when not has_care_before then 'no care on or in the year before the start'
    when not has_prescribing then 'prescribes the condition''s drugs to too few patients'
    else 'attributed'
  end as reason
from tested
