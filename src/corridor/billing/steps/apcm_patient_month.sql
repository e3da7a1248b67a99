-- step:      billing.apcm_patient_month
-- makes:     one row per person and month from the first month of APCM on: who is answerable, which level, what it pays,
--            what was billed instead, the initiating visit and consent it needs, and whether it conflicts, is missed, or
--            could be switched to
-- key:       person_id, month
-- reads:     billing.apcm_candidate, billing.seen_month, billing.care_month, billing.clinician_price, claims.period
-- rules:     primary_care.bundled_code, primary_care.initiating_lookback_years, primary_care.active_months
-- cites:     primary-care code notes D.1, D.2, D.4; docs/apcm.md
-- evidence:  billing.apcm_candidate(person_id, month)
-- owner:     tin, npi
with hard as (
  select distinct family from rules.primary_care_bundled_code where action = 'hard'
),
-- two APCM codes of a month: the one billed first is taken, the audit of conflicts names the other
billed as (
  select
    person_id, month, npi, tin, first_code, lines, allowed_amount, paid_amount,
    row_number() over (partition by person_id, month order by first_date, tin, npi) as place
  from billing.care_month
  where program = 'apcm'
),
practice as (
  select tin, min(month) as first_month from billing.care_month where program = 'apcm' group by tin
),
beside as (
  select
    care.person_id, care.month, care.tin, cast(sum(care.allowed_amount) as decimal(18, 2)) as allowed_amount,
    max(case when care.program in ('ccm', 'pcm', 'tcm') then 1 else 0 end) = 1 as managed,
    concat_ws(' ', max(case when care.program = 'ccm' then 'ccm' end), max(case when care.program = 'pcm' then 'pcm' end),
      max(case when care.program = 'tcm' then 'tcm' end),
      max(case when care.program not in ('ccm', 'pcm', 'tcm') then 'communication' end)) as programs
  from billing.care_month as care
  join hard on hard.family = care.program
  group by care.person_id, care.month, care.tin
),
elsewhere as (
  select care.person_id, care.month, care.tin, candidate.tin as focal_tin
  from billing.care_month as care
  join billing.apcm_candidate as candidate on candidate.person_id = care.person_id and candidate.month = care.month
  where care.program in ('ccm', 'pcm', 'tcm') and care.tin <> candidate.tin
),
history as (
  select min(first_day) as first_day from claims.period
),
joined as (
  select
    candidate.*, billed.first_code as billed_code, billed.npi as billed_npi, billed.tin as billed_tin,
    billed.lines as billed_lines, billed.allowed_amount as billed_amount, billed.paid_amount as billed_paid_amount,
    beside.programs as care_management, coalesce(beside.managed, false) as managed, beside.allowed_amount as care_management_amount,
    other.tin as other_care_tin, seen.last_seen_before, seen.initiating_date,
    greatest(seen.last_seen_before, seen.last_seen_in_month) as last_seen,
    practice.tin is not null as practice_bills_apcm,
    price.amount as level_amount, price.price_basis, price.setting, price.qp,
    make_date(cx_year_of(candidate.first_day) - lookback.value, month(candidate.first_day), 1) as seen_since,
    history.first_day as loaded_since, active.value as active_months
  from billing.apcm_candidate as candidate
  cross join rules.primary_care_active_months as active
  cross join history
  join rules.primary_care_initiating_lookback_years as lookback
    on candidate.first_day >= lookback.valid_from
    and (lookback.valid_to is null or candidate.first_day < lookback.valid_to)
  left join billed on billed.person_id = candidate.person_id and billed.month = candidate.month and billed.place = 1
  left join beside
    on beside.person_id = candidate.person_id and beside.month = candidate.month
    and beside.tin = coalesce(billed.tin, candidate.tin)
  left join (select person_id, month, min(tin) as tin from elsewhere group by person_id, month) as other
    on other.person_id = candidate.person_id and other.month = candidate.month
  left join billing.seen_month as seen
    on seen.person_id = candidate.person_id and seen.month = candidate.month
  left join practice on practice.tin = candidate.tin
  left join billing.clinician_price as price
    on price.npi = candidate.npi and price.tin = candidate.tin and price.hcpcs_code = candidate.level_code
    and candidate.first_day >= price.valid_from and candidate.first_day < price.valid_to
),
judged as (
  select
    joined.*,
    case
      when last_seen_before >= seen_since then 'not_needed'
      when initiating_date is not null then 'satisfied'
      when loaded_since > seen_since then 'unknown'
      else 'missing'
    end as initiating_visit,
    max(case when billed_tin = tin then month end) over (
      partition by person_id order by month rows between unbounded preceding and 1 preceding
    ) as consent_month,
    coalesce(cx_months_between(last_seen, first_day) < active_months, false) as active
  from joined
)
select
  person_id, month, first_day, npi, tin, facility_ccn, eligible, whole_month, conditions, conditions_ever, serious_conditions,
  behavioral_conditions, conditions_basis, qmb,
  dual_status_code, qmb_basis, qmb_uncertain, level, level_code, level_amount, price_basis, setting, qp,
  confidence, focal_certainty, evidence, billed_code, billed_npi, billed_tin, billed_lines, billed_amount,
  billed_paid_amount, care_management, care_management_amount, other_care_tin, last_seen, initiating_date, initiating_visit,
  practice_bills_apcm, consent_month, consent_month is null as consent_needed,
  billed_code is not null and care_management is not null as conflict,
  -- a specialist may be the focal point; that one bills for all primary care no claim can show
  eligible and whole_month and active and is_primary_specialty and tin is not null and level_code is not null
    and billed_code is null and not managed and initiating_visit in ('not_needed', 'satisfied') as missed,
  eligible and tin is not null and level_code is not null and billed_code is null and managed as switchable,
  cast(case
    when billed_code is null and eligible and tin is not null
      then level_amount - coalesce(care_management_amount, 0)
  end as decimal(18, 2)) as dollars
from judged
