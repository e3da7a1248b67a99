-- step:      team.episode
-- makes:     one row per trigger: an episode that counts, or the first reason why it does not
-- key:       episode_id
-- reads:     team.opened_window, team.standing, episodes.enrollment, claims.person, claims.eligibility, claims.medical_claim,
--            claims.period, population.drg_stay
-- rules:     team.census_division, team.ipps_hospital, team.excluded_state, team.esrd_status, team.longest_anchor_days
-- cites:     42 CFR 512.525, 512.535, 512.537; team.md 2.2, 2.3, 2.7; docs/team.md
-- evidence:  team.service(episode_id)
-- owner:     facility_ccn
with loaded as (
  select max(last_day) as last_day from claims.period
),
enrolled as (
  select distinct opened.trigger_id
  from team.opened_window as opened
  join episodes.enrollment as enrollment
    on enrollment.person_id = opened.person_id
    and enrollment.start_date <= opened.episode_start
    and (enrollment.end_date is null or enrollment.end_date >= opened.episode_end)
),
-- one who dies in the window is enrolled until then
until_death as (
  select distinct opened.trigger_id
  from team.opened_window as opened
  join claims.person as person on person.person_id = opened.person_id
  join episodes.enrollment as enrollment
    on enrollment.person_id = opened.person_id
    and enrollment.start_date <= opened.episode_start
    and (enrollment.end_date is null or enrollment.end_date >= person.death_date)
  where person.death_date >= opened.episode_start and person.death_date <= opened.episode_end
),
renal as (
  select distinct opened.trigger_id
  from team.opened_window as opened
  join claims.eligibility as eligibility
    on eligibility.person_id = opened.person_id
    and (eligibility.enrollment_start_date is null or eligibility.enrollment_start_date <= opened.episode_end)
    and (eligibility.enrollment_end_date is null or eligibility.enrollment_end_date >= opened.episode_start)
  join rules.team_esrd_status as status on status.medicare_status_code = eligibility.medicare_status_code
),
payer_claim as (
  select distinct person_id, coalesce(claim_start_date, claim_end_date) as claim_date
  from claims.medical_claim
  where primary_payer_code is not null
),
other_payer as (
  select distinct opened.trigger_id
  from team.opened_window as opened
  join payer_claim
    on payer_claim.person_id = opened.person_id
    and payer_claim.claim_date >= opened.episode_start and payer_claim.claim_date <= opened.episode_end
),
-- a stay that begins at another hospital on the day this one ends, or ends there on the day this one begins
transferred as (
  select distinct opened.trigger_id
  from team.opened_window as opened
  join population.drg_stay as other
    on other.person_id = opened.person_id and other.facility_ccn <> opened.facility_ccn
    and (other.admission_date = opened.anchor_end or other.discharge_date = opened.anchor_start)
    and other.claim_id <> opened.claim_id
  join rules.team_ipps_hospital as hospital
    on substr(other.facility_ccn, length('000')) >= hospital.ccn_from
    and substr(other.facility_ccn, length('000')) <= hospital.ccn_to
  where opened.setting = 'inpatient'
),
found as (
  select
    opened.*, person.birth_date, person.death_date,
    cx_age_on(person.birth_date, opened.episode_start) as age, division.division,
    case
      when standing.standing <> 'stands' then standing.standing
      when hospital.ccn_from is null then 'not_an_ipps_hospital'
      when state.ccn_state is not null then 'excluded_state'
      when cx_days_between(opened.anchor_start, opened.anchor_end) > longest.value then 'anchor_too_long'
      when person.death_date >= opened.anchor_start and person.death_date <= opened.anchor_end
        then 'death_in_anchor'
      when transferred.trigger_id is not null then 'transfer_chain'
      when opened.episode_end > loaded.last_day then 'claims_end_first'
      when enrolled.trigger_id is null and until_death.trigger_id is null then 'not_enrolled_throughout'
      when renal.trigger_id is not null then 'esrd_entitlement'
      when other_payer.trigger_id is not null then 'other_primary_payer'
    end as exclusion_reason
  from team.opened_window as opened
  join team.standing as standing on standing.trigger_id = opened.trigger_id
  cross join loaded
  cross join rules.team_longest_anchor_days as longest
  left join claims.person as person on person.person_id = opened.person_id
  left join enrolled on enrolled.trigger_id = opened.trigger_id
  left join until_death on until_death.trigger_id = opened.trigger_id
  left join renal on renal.trigger_id = opened.trigger_id
  left join other_payer on other_payer.trigger_id = opened.trigger_id
  left join transferred on transferred.trigger_id = opened.trigger_id
  left join rules.team_ipps_hospital as hospital
    on substr(opened.facility_ccn, length('000')) >= hospital.ccn_from
    and substr(opened.facility_ccn, length('000')) <= hospital.ccn_to
    and regexp_matches(opened.facility_ccn, '^[0-9]+$')
  left join rules.team_excluded_state as state on state.ccn_state = substr(opened.facility_ccn, 1, length('00'))
  left join rules.team_census_division as division
    on division.ccn_state = substr(opened.facility_ccn, 1, length('00'))
)
select
  trigger_id as episode_id, definition_set, category, code, price_code, setting, person_id, facility_ccn,
  surgeon_npi, division, source_id, claim_id, claim_line_number, anchor_start, anchor_end, episode_start,
  episode_end, post_end, cx_year_of(anchor_end) as price_year, age,
  coalesce(death_date >= episode_start and death_date <= episode_end, false) as died_in_window,
  exclusion_reason is not null as excluded, exclusion_reason
from found
