-- step:      attribution.mssp_plurality
-- makes:     one row per method and person: the entity the person is assigned to under the Shared Savings rules,
--            or none, with the reason, the margin over the runner-up and an estimate of the risk of losing the person
-- key:       person_id, method
-- reads:     attribution.assignable, attribution.mssp_claim, attribution.voluntary_alignment,
--            attribution.assignment_window
-- rules:     attribution.loss_weight, attribution.loss_recency_months, attribution.loss_voluntary_factor
-- cites:     42 CFR 425.400 to 425.404; docs/attribution.md (loss risk: Corridor's own formula)
-- evidence:  attribution.mssp_claim(method, person_id)
-- owner:     entity_id
with judged as (
  select
    person.method, person.person_id, person.eligibility, person.window_covered, voluntary.aco_id as chosen_aco,
    voluntary.tin as chosen_tin, voluntary.program as chosen_program, claim.step, claim.entity_kind, claim.entity_id,
    claim.charges, claim.services, claim.last_date, claim.runner_up_id, claim.runner_up_charges, claim.all_charges,
    claim.decided_by, claim.may_win, windows.end_date,
    case
      when person.eligibility <> 'eligible' then person.eligibility
      when voluntary.aco_id is not null and voluntary.program = 'mssp' then 'chosen_clinician'
      when voluntary.person_id is not null then 'chosen_clinician_outside'
      when claim.person_id is null then 'no_primary_care'
      when not claim.may_win then 'no_physician_of_the_aco'
      when claim.entity_kind = 'aco' then 'plurality'
      else 'plurality_outside'
    end as reason_code
  from attribution.assignable as person
  join attribution.assignment_window as windows on windows.method = person.method
  left join attribution.voluntary_alignment as voluntary on voluntary.person_id = person.person_id
  left join attribution.mssp_claim as claim on claim.method = person.method and claim.person_id = person.person_id
),
answered as (
  select
    method, person_id, eligibility, window_covered, reason_code, end_date,
    case
      when reason_code = 'chosen_clinician' then 'aco'
      when reason_code = 'chosen_clinician_outside' and chosen_tin is not null then 'tin'
      when reason_code in ('plurality', 'plurality_outside') then entity_kind
    end as entity_kind,
    case
      when reason_code = 'chosen_clinician' then chosen_aco
      when reason_code = 'chosen_clinician_outside' then chosen_tin
      when reason_code in ('plurality', 'plurality_outside') then entity_id
    end as entity_id,
    case
      when reason_code in ('chosen_clinician', 'chosen_clinician_outside') then 'voluntary'
      when reason_code in ('plurality', 'plurality_outside') then step
    end as step,
    -- what claims say stands beside a choice only where both name the same entity
    reason_code in ('plurality', 'plurality_outside')
      or (reason_code = 'chosen_clinician' and coalesce(may_win and entity_id = chosen_aco, false)) as claims_agree,
    step as claim_step, charges, services, last_date, runner_up_id, runner_up_charges, all_charges, decided_by
  from judged
),
measured as (
  select
    answered.*, case when claims_agree then charges - coalesce(runner_up_charges, 0) end as margin,
    case when claims_agree then cx_divide(charges - coalesce(runner_up_charges, 0), all_charges) end as margin_share
  from answered
),
weight as (
  select
    max(case when term = 'closeness' then weight end) as closeness,
    max(case when term = 'recency' then weight end) as recency, max(case when term = 'visits' then weight end) as visits
  from rules.attribution_loss_weight
)
select
  measured.person_id, measured.method, measured.entity_kind, measured.entity_id, measured.step,
  measured.reason_code,
  case measured.reason_code
    when 'chosen_clinician' then 'named a clinician of the ACO as primary clinician'
    when 'chosen_clinician_outside' then 'named a primary clinician outside every ACO: no ACO by claims'
    when 'plurality' then concat('most primary care charges with the ACO (', replace(measured.step, '_', ' '), ')')
    when 'plurality_outside'
      then concat('most primary care charges with a provider in no ACO (', replace(measured.step, '_', ' '), ')')
    when 'no_physician_of_the_aco' then 'most charges with an ACO, but no service by a physician of it in the window'
    when 'no_primary_care' then 'no primary care service in the window'
    when 'window_not_loaded' then 'no claims of the assignment window are loaded'
    when 'no_enrollment_record' then 'no enrolment record'
    when 'died_before_year' then 'died before the year'
    when 'no_month_enrolled' then 'no month of enrolment in the window'
    when 'health_plan_month' then 'a month in a Medicare health plan in the window'
    when 'one_part_month' then 'a month with only Part A or only Part B in the window'
    when 'no_month_of_both_parts' then 'no month with both Parts A and B in the window'
    when 'health_plan_month_in_year' then 'a month in a Medicare health plan in the year'
    when 'one_part_month_in_year' then 'a month with only Part A or only Part B in the year'
    when 'resident_abroad' then 'residence outside the United States'
    when 'other_model' then 'aligned to a REACH ACO'
  end as reason,
  measured.eligibility, measured.window_covered,
  case when measured.claims_agree then measured.charges end as allowed_charges,
  case when measured.claims_agree then measured.runner_up_id end as runner_up_id,
  case when measured.claims_agree then measured.runner_up_charges end as runner_up_charges, measured.margin,
  measured.margin_share, case when measured.claims_agree then measured.services end as services,
  case when measured.claims_agree then measured.last_date end as last_service_date,
  case when measured.claims_agree then measured.decided_by end as decided_by,
  case when measured.entity_kind is not null then
    (
      weight.closeness * (1 - coalesce(measured.margin_share, 0))
      + weight.recency * case when measured.claims_agree
        then least(1, cx_divide(cx_months_between(measured.last_date, measured.end_date), recency.value)) else 1 end
      + weight.visits * case when measured.claims_agree then cx_divide(1, measured.services) else 1 end
    ) * case when measured.step = 'voluntary' then voluntary.value else 1 end
  end as loss_risk
from measured
cross join weight
cross join rules.attribution_loss_recency_months as recency
cross join rules.attribution_loss_voluntary_factor as voluntary
