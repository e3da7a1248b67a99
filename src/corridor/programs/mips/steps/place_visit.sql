-- step:      mips.place_visit
-- makes:     one row per practice, clinician, place of service, person and day of the month its claims end in: covered
--            professional services (those that Medicare pays second too), and whether one of them faces the patient
-- key:       service_month, service_date, tin, npi, place_of_service_code, person_id
-- reads:     claims.medical_claim
-- rules:     claims.claim_setting, asm.covered_service_exclusion, mips.patient_facing_code
-- cites:     42 CFR 414.1305 (hospital-based, ASC-based, non-patient facing); docs/mips-eligibility.md
-- evidence:  claims.medical_claim(rendering_tin, rendering_npi)
-- owner:     tin, npi
-- partition: service_month
with code as (
  select distinct hcpcs_code from claims.medical_claim where hcpcs_code is not null
),
left_out as (
  select distinct code.hcpcs_code
  from code
  join rules.asm_covered_service_exclusion as listed
    on code.hcpcs_code >= listed.code_from
    and (code.hcpcs_code <= listed.code_to or starts_with(code.hcpcs_code, listed.code_to))
),
facing as (
  select distinct code.hcpcs_code
  from code
  join rules.mips_patient_facing_code as listed
    on code.hcpcs_code >= listed.code_from and code.hcpcs_code <= listed.code_to
),
lines as (
  select
    lines.service_month,
    coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date) as service_date,
    coalesce(lines.rendering_tin, lines.billing_tin) as tin, lines.rendering_npi as npi, lines.person_id,
    coalesce(lines.place_of_service_code, 'unknown') as place_of_service_code,
    facing.hcpcs_code is not null as is_facing,
    coalesce(lines.allowed_amount, coalesce(lines.paid_amount, 0) + coalesce(lines.deductible_amount, 0)
      + coalesce(lines.coinsurance_amount, 0)) as allowed_amount
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
  left join left_out on left_out.hcpcs_code = lines.hcpcs_code
  left join facing on facing.hcpcs_code = lines.hcpcs_code
  where left_out.hcpcs_code is null and lines.hcpcs_code is not null and lines.rendering_npi is not null
    and coalesce(lines.rendering_tin, lines.billing_tin) is not null and lines.person_id is not null
)
select
  service_date, tin, npi, place_of_service_code, person_id, count(*) as services,
  max(case when is_facing then 1 else 0 end) = 1 as patient_facing, service_month
from lines
where service_date is not null and allowed_amount > 0
group by service_date, tin, npi, place_of_service_code, person_id, service_month
