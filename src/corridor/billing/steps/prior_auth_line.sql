-- step:      billing.prior_auth_line
-- makes:     one row per claim line with a code of the WISeR model: the state, what the model asks for on its day, and
--            what it would ask for on any day, so that older claims show what will be exposed
-- key:       source_id, claim_id, claim_line_number
-- reads:     claims.medical_claim, claims.claim_diagnosis, claims.person
-- rules:     claims.claim_setting, wiser.service, wiser.uncertain_service, wiser.family, wiser.state,
--            wiser.state_ccn_prefix, wiser.state_company, wiser.state_policy, wiser.emergency_mark, wiser.outside_place,
--            wiser.model_period
-- cites:     90 FR 28749; wiser.md sections 2, 3 and 5; docs/prior-authorization.md
-- evidence:  claims.medical_claim(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with listed as (
  select hcpcs_code, family, active_from, active_to, standing, needs_indication, companion_code, not_with_diagnosis
  from rules.wiser_service
  union all
  select hcpcs_code, family, null, null, 'uncertain', false, null, null from rules.wiser_uncertain_service
),
lines as (
  select
    claim.source_id, claim.claim_id, claim.claim_line_number, claim.person_id, setting.setting, listed.hcpcs_code,
    coalesce(claim.claim_line_start_date, claim.claim_start_date, claim.claim_end_date) as service_date,
    coalesce(claim.rendering_npi, claim.attending_npi, claim.facility_npi, claim.billing_npi) as npi,
    coalesce(claim.rendering_tin, claim.billing_tin) as tin, claim.provider_state_code, claim.facility_ccn,
    claim.place_of_service_code, claim.primary_payer_code,
    concat(' ', concat_ws(' ', claim.hcpcs_modifier_1, claim.hcpcs_modifier_2, claim.hcpcs_modifier_3,
      claim.hcpcs_modifier_4, claim.hcpcs_modifier_5), ' ') as modifiers,
    cast(coalesce(claim.allowed_amount, coalesce(claim.paid_amount, 0) + coalesce(claim.deductible_amount, 0)
      + coalesce(claim.coinsurance_amount, 0)) as decimal(18, 2)) as allowed_amount,
    cast(claim.paid_amount as decimal(18, 2)) as paid_amount, listed.family, listed.active_from, listed.active_to,
    listed.standing, listed.needs_indication, listed.companion_code, listed.not_with_diagnosis
  from claims.medical_claim as claim
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = claim.claim_type_code and setting.setting in ('professional', 'outpatient')
  join listed on listed.hcpcs_code = claim.hcpcs_code
),
emergency as (
  select distinct claim.source_id, claim.claim_id
  from claims.medical_claim as claim
  join rules.wiser_emergency_mark as mark
    on mark.field = 'revenue_center' and starts_with(claim.revenue_center_code, mark.value)
),
-- the codes that only count with one of the list, on the person's day, on whichever claim
companion as (
  select distinct
    claim.person_id, claim.hcpcs_code,
    coalesce(claim.claim_line_start_date, claim.claim_start_date, claim.claim_end_date) as service_date
  from claims.medical_claim as claim
  join (select distinct companion_code from listed where companion_code is not null) as needed
    on needed.companion_code = claim.hcpcs_code
),
ruled_out as (
  select distinct lines.source_id, lines.claim_id, lines.claim_line_number
  from lines
  join claims.claim_diagnosis as diagnosis
    on diagnosis.source_id = lines.source_id and diagnosis.claim_id = lines.claim_id
    and starts_with(diagnosis.diagnosis_code, lines.not_with_diagnosis)
),
placed as (
  select
    lines.*, outside.setting as outside_setting,
    case
      when lines.provider_state_code is not null then 'provider'
      when lines.facility_ccn is not null then 'facility'
      when person.state_code is not null then 'residence' else 'unknown'
    end as state_basis,
    case
      when lines.provider_state_code is not null then by_provider.state
      when lines.facility_ccn is not null then by_facility.state else by_home.state
    end as state,
    emergency.claim_id is not null or mark.value is not null as is_emergency,
    lines.companion_code is null or companion.hcpcs_code is not null as has_companion,
    ruled_out.claim_id is not null as is_ruled_out
  from lines
  left join rules.wiser_state as by_provider on by_provider.state_code = lines.provider_state_code
  left join rules.wiser_state_ccn_prefix as by_facility on starts_with(lines.facility_ccn, by_facility.ccn_prefix)
  left join claims.person as person on person.person_id = lines.person_id
  left join rules.wiser_state as by_home on by_home.state_code = person.state_code
  left join rules.wiser_outside_place as outside on outside.place_of_service_code = lines.place_of_service_code
  left join rules.wiser_emergency_mark as mark
    on mark.field = 'modifier' and strpos(lines.modifiers, concat(' ', mark.value, ' ')) > 0
  left join emergency on emergency.source_id = lines.source_id and emergency.claim_id = lines.claim_id
  left join companion
    on companion.person_id = lines.person_id and companion.hcpcs_code = lines.companion_code
    and companion.service_date = lines.service_date
  left join ruled_out
    on ruled_out.source_id = lines.source_id and ruled_out.claim_id = lines.claim_id
    and ruled_out.claim_line_number = lines.claim_line_number
),
judged as (
  select
    placed.*, company.company as reviewed_by, company.mac as contractor, coalesce(local.policy, family.policy) as policy,
    placed.service_date >= period.first_service_date and placed.service_date <= period.last_service_date
      and (placed.active_from is null or placed.service_date >= placed.active_from)
      and (placed.active_to is null or placed.service_date <= placed.active_to) as is_active,
    case
      when placed.state is null and placed.state_basis <> 'unknown' then 'NOT_IN_MODEL'
      when placed.is_emergency or placed.outside_setting is not null then 'EXCLUDED'
      when placed.standing = 'postponed' then 'POSTPONED'
      when placed.standing = 'uncertain' then 'NEEDS_REVIEW'
      when not placed.has_companion or placed.is_ruled_out then 'NOT_APPLICABLE'
      -- without a state it is not known whether the line is in the model, nor what the contractor reviews by
      when placed.state is null then 'NEEDS_REVIEW'
      when family.is_local and local.family is null then 'LIKELY_OUT'
      -- Original Medicare that pays second is Original Medicare; whether the model takes it was not found
      when placed.needs_indication or placed.primary_payer_code is not null then 'NEEDS_REVIEW'
      else 'PA_RECOMMENDED'
    end as result_when_active
  from placed
  cross join rules.wiser_model_period as period
  join rules.wiser_family as family on family.family = placed.family
  left join rules.wiser_state_company as company on company.state = placed.state
  left join rules.wiser_state_policy as local on local.family = placed.family and local.state = placed.state
)
select
  source_id, claim_id, claim_line_number, person_id, npi, tin, service_date, cx_month_of(service_date) as month, setting,
  hcpcs_code, family, policy, state, state_basis, reviewed_by, contractor, allowed_amount, paid_amount, is_active,
  result_when_active,
  case
    when result_when_active in ('NOT_APPLICABLE', 'NOT_IN_MODEL') or is_active then result_when_active
    else 'NOT_ACTIVE'
  end as result
from judged
where service_date is not null and (allowed_amount > 0 or paid_amount > 0)
