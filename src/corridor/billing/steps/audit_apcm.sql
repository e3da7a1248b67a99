-- step:      billing.audit_apcm
-- makes:     one row per finding of APCM: a month unbilled, a level the claims do not bear out, a month of care management
--            that pays less than the level, and APCM begun without a visit
-- key:       finding_id
-- reads:     billing.apcm_patient_month, billing.apcm_level, billing.care_line, billing.clinician_price
-- rules:     primary_care.finding_kind
-- cites:     primary-care code notes D.1, D.2, D.4, D.6; docs/apcm.md
-- evidence:  billing.apcm_patient_month(person_id, month)
-- owner:     tin, npi
with unbilled as (
  select
    case when missed then 'apcm_missed' else 'apcm_over_care_management' end as kind, person_id, month, first_day,
    npi, tin, level_code, dollars,
    -- consent is given once: a month after one that was billed needs no more than the care itself
    case
      when missed and focal_certainty = 'sure' and consent_month is not null then 'sure'
      else 'review'
    end as certainty
  from billing.apcm_patient_month
  where missed or (switchable and whole_month and dollars > 0)
),
priced as (
  select
    level.*, billed.amount as billed_price, supported.amount as right_price
  from billing.apcm_level as level
  left join billing.clinician_price as billed
    on billed.npi = level.npi and billed.tin = level.tin and billed.hcpcs_code = level.hcpcs_code
    and level.service_date >= billed.valid_from and level.service_date < billed.valid_to
  left join billing.clinician_price as supported
    on supported.npi = level.npi and supported.tin = level.tin and supported.hcpcs_code = level.right_code
    and level.service_date >= supported.valid_from and level.service_date < supported.valid_to
  where level.verdict <> 'borne_out'
),
begun as (
  select
    known.person_id, known.month, line.source_id, line.claim_id, line.claim_line_number, line.npi, line.tin,
    line.service_date, line.hcpcs_code, line.allowed_amount, line.paid_amount
  from billing.apcm_patient_month as known
  join billing.care_line as line
    on line.person_id = known.person_id and line.month = known.month and line.program = 'apcm'
    and line.tin = known.tin
  where known.initiating_visit = 'missing' and known.consent_needed
),
found as (
  select
    kind, person_id, npi, tin, cast(null as varchar) as source_id, cast(null as varchar) as claim_id,
    cast(null as integer) as claim_line_number, first_day as service_date, month, level_code as hcpcs_code,
    cast(null as varchar) as other_hcpcs_code, dollars, cast(null as decimal(18, 2)) as paid_dollars, certainty
  from unbilled
  union all
  select
    concat('apcm_level_', verdict) as kind, person_id, npi, tin, source_id, claim_id, claim_line_number, service_date,
    month, hcpcs_code, right_code as other_hcpcs_code,
    cast(abs(billed_price - right_price) as decimal(18, 2)) as dollars,
    cast(case
      when verdict = 'too_high' then abs(billed_price - right_price) * cx_divide(paid_amount, allowed_amount)
    end as decimal(18, 2)) as paid_dollars,
    certainty
  from priced
  union all
  select
    'apcm_without_initiating_visit' as kind, person_id, npi, tin, source_id, claim_id, claim_line_number, service_date,
    month, hcpcs_code, cast(null as varchar) as other_hcpcs_code, allowed_amount as dollars,
    paid_amount as paid_dollars, 'review' as certainty
  from begun
)
select
  concat_ws('|', found.kind, coalesce(found.source_id, cast(found.person_id as varchar)),
    coalesce(found.claim_id, cast(found.month as varchar)), cast(found.claim_line_number as varchar)) as finding_id,
  said.audit, found.kind,
  case when said.direction = 'paid_in_error' and found.certainty <> 'sure' then 'at_risk' else said.direction end
    as direction,
  found.person_id, found.npi, found.tin, found.source_id, found.claim_id,
  found.claim_line_number, cast(null as varchar) as other_claim_id, cast(null as integer) as other_claim_line_number,
  cast(null as varchar) as other_npi, found.service_date, cast(null as date) as other_service_date, found.month,
  found.hcpcs_code, found.other_hcpcs_code, found.dollars, found.paid_dollars, said.rule, said.cite, said.todo,
  found.certainty
from found
join rules.primary_care_finding_kind as said on said.kind = found.kind
