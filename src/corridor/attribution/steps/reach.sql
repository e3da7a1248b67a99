-- step:      attribution.reach
-- makes:     one row per person: the entity the person is aligned to under ACO REACH, or none, with the reason
-- key:       person_id
-- reads:     claims.person, population.enrollment_month, attribution.alignment_year, attribution.reach_claim,
--            attribution.reach_participant, attribution.voluntary_alignment, attribution.entity_share
-- rules:     claims.us_state, attribution.loss_weight, attribution.loss_recency_months,
--            attribution.loss_voluntary_factor
-- cites:     REACH Financial Operating Guide, section 3; docs/attribution.md (loss risk: Corridor's own formula)
-- evidence:  attribution.reach_claim(person_id)
-- owner:     entity_id
with years as (
  select
    max(data_year) as data_year, max(last_date) as last_date,
    min(case when covered then 1 else 0 end) = 1 as covered, max(case when overlaps_claims then 1 else 0 end) = 1 as overlaps
  from attribution.alignment_year
),
choice as (
  select voluntary.person_id, min(member.aco_id) as aco_id, max(case when member.is_trial then 1 else 0 end) = 1 as is_trial
  from attribution.voluntary_alignment as voluntary
  join attribution.reach_participant as member
    on member.tin = voluntary.tin and member.npi in (voluntary.npi, 'every')
  group by voluntary.person_id
),
everybody as (
  select person_id from claims.person
  union
  select person_id from attribution.reach_claim
  union
  select person_id from attribution.entity_share
),
judged as (
  select
    everybody.person_id, years.covered, years.last_date as window_end,
    choice.aco_id as chosen_aco, choice.is_trial as chosen_trial, claim.entity_kind, claim.entity_id, claim.is_trial,
    claim.step, claim.charges, claim.services, claim.last_date, claim.runner_up_id, claim.runner_up_charges,
    claim.margin, claim.margin_share,
    case
      when person.person_id is null then 'no_enrollment_record'
      when start_month.person_id is null then 'not_enrolled_at_start'
      when not coalesce(start_month.fee_for_service, false) then 'not_fee_for_service_at_start'
      when state.state_code is null and person.state_code between '00' and '99' then 'resident_abroad'
      when choice.aco_id is not null then 'chosen_clinician'
      when not years.overlaps then 'window_not_loaded'
      when claim.person_id is null then 'no_primary_care'
      when claim.entity_kind = 'aco' then 'plurality'
      else 'plurality_outside'
    end as reason_code
  from everybody
  cross join years
  left join claims.person as person on person.person_id = everybody.person_id
  left join rules.claims_us_state as state on state.state_code = person.state_code
  left join population.enrollment_month as start_month
    on start_month.person_id = everybody.person_id and start_month.month = cx_month_of(make_date(years.data_year, 1, 1))
  left join choice on choice.person_id = everybody.person_id
  left join attribution.reach_claim as claim on claim.person_id = everybody.person_id
),
answered as (
  select
    judged.*,
    reason_code in ('plurality', 'plurality_outside')
      or (reason_code = 'chosen_clinician' and coalesce(entity_id = chosen_aco, false)) as claims_agree
  from judged
),
weight as (
  select
    max(case when term = 'closeness' then weight end) as closeness,
    max(case when term = 'recency' then weight end) as recency, max(case when term = 'visits' then weight end) as visits
  from rules.attribution_loss_weight
)
select
  answered.person_id,
  case
    when reason_code = 'chosen_clinician' then 'aco'
    when reason_code in ('plurality', 'plurality_outside') then entity_kind
  end as entity_kind,
  case
    when reason_code = 'chosen_clinician' then chosen_aco
    when reason_code in ('plurality', 'plurality_outside') then entity_id
  end as entity_id,
  'prospective' as method,
  case
    when reason_code = 'chosen_clinician' then 'voluntary'
    when reason_code in ('plurality', 'plurality_outside') then step
  end as step,
  reason_code,
  case reason_code
    when 'chosen_clinician' then 'chose a clinician of the ACO'
    when 'plurality' then concat('most weighted charges with the ACO (', replace(step, '_', ' '), ')')
    when 'plurality_outside' then concat('most weighted charges with a provider in no ACO (', replace(step, '_', ' '), ')')
    when 'no_primary_care' then 'no qualified service in the alignment years'
    when 'window_not_loaded' then 'no claims of the alignment years are loaded'
    when 'no_enrollment_record' then 'no enrolment record'
    when 'not_enrolled_at_start' then 'not enrolled in the first month of the year'
    when 'not_fee_for_service_at_start' then 'not in both Parts A and B, fee for service, in the first month of the year'
    when 'resident_abroad' then 'residence outside the United States'
  end as reason,
  case when reason_code = 'chosen_clinician' then chosen_trial else coalesce(is_trial, false) end as is_trial,
  covered as window_covered, case when claims_agree then charges end as allowed_charges,
  case when claims_agree then runner_up_id end as runner_up_id,
  case when claims_agree then runner_up_charges end as runner_up_charges, case when claims_agree then margin end as margin,
  case when claims_agree then margin_share end as margin_share, case when claims_agree then services end as services,
  case when claims_agree then last_date end as last_service_date,
  case when reason_code in ('chosen_clinician', 'plurality', 'plurality_outside') then
    (
      weight.closeness * (1 - case when claims_agree then margin_share else 0 end)
      + weight.recency * case when claims_agree
        then least(1, cx_divide(cx_months_between(last_date, window_end), recency.value)) else 1 end
      + weight.visits * case when claims_agree then cx_divide(1, services) else 1 end
    ) * case when reason_code = 'chosen_clinician' then voluntary.value else 1 end
  end as loss_risk
from answered
cross join weight
cross join rules.attribution_loss_recency_months as recency
cross join rules.attribution_loss_voluntary_factor as voluntary
