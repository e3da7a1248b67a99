-- step:      attribution.primary_care_line
-- makes:     one row per claim line with a primary care service of the measured year's lists, before specialties
--            and stays are looked at: professional lines, and lines of facilities whose services count
-- key:       source_id, claim_id, claim_line_number
-- reads:     claims.medical_claim, attribution.service_code
-- rules:     claims.claim_setting, mssp.excluded_place, mssp.facility_claim, mssp.facility_visit_code,
--            mssp.professional_revenue_center, mssp.eta_hospital
-- cites:     42 CFR 425.400(c); SLAAM 2025 pages 90 to 97
-- evidence:  claims.medical_claim(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
-- partition: service_month
with facility_line as (
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.hcpcs_code,
    coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date) as service_date,
    coalesce(lines.rendering_tin, lines.billing_tin) as tin, coalesce(lines.rendering_npi, lines.attending_npi) as npi,
    lines.facility_npi, lines.facility_ccn, lines.place_of_service_code, lines.rendering_specialty_code,
    lines.allowed_amount, lines.paid_amount, lines.deductible_amount, lines.coinsurance_amount, lines.service_month,
    kinds.facility_kind, kinds.whole_claim, code.service_group, coalesce(code.in_mssp, false) as in_mssp,
    coalesce(code.in_reach, false) as in_reach,
    code.hcpcs_code is not null and (code.setting = 'any' or kinds.needs_listed_hospital)
      and (not kinds.needs_revenue_center or center.revenue_center is not null)
      and (not kinds.needs_listed_hospital or hospital.facility_ccn is not null)
      or (kinds.whole_claim and visit.code is not null) as qualifies
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'outpatient'
  join rules.mssp_facility_claim as kinds on starts_with(lines.bill_type_code, kinds.bill_type)
  left join attribution.service_code as code
    on code.hcpcs_code = lines.hcpcs_code
    and (code.to_year is null or code.to_year >= cx_year_of(lines.claim_end_date))
  left join rules.mssp_professional_revenue_center as center
    on starts_with(lines.revenue_center_code, center.revenue_center)
  left join rules.mssp_eta_hospital as hospital on hospital.facility_ccn = lines.facility_ccn
  left join (select distinct code_system, code from rules.mssp_facility_visit_code) as visit
    on visit.code = case when visit.code_system = 'hcpcs' then lines.hcpcs_code else lines.revenue_center_code end
),
-- a qualifying service of a clinic or health center brings in the whole claim
whole_claim as (
  select source_id, claim_id from facility_line where whole_claim and qualifies group by source_id, claim_id
),
facility as (
  select
    line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.hcpcs_code, line.service_date, line.tin,
    line.npi, line.facility_npi, line.facility_ccn, line.rendering_specialty_code, line.facility_kind,
    line.whole_claim, coalesce(line.service_group, 'clinic_visit') as service_group,
    line.in_mssp or line.whole_claim as in_mssp, line.in_reach or line.whole_claim as in_reach,
    line.allowed_amount, line.paid_amount, line.deductible_amount, line.coinsurance_amount,
    line.place_of_service_code, line.service_month,
    row_number() over (
      partition by line.source_id, line.claim_id, line.claim_line_number order by line.in_mssp desc, line.facility_kind
    ) as place
  from facility_line as line
  left join whole_claim on whole_claim.source_id = line.source_id and whole_claim.claim_id = line.claim_id
  where line.qualifies or whole_claim.claim_id is not null
),
professional as (
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.hcpcs_code,
    coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date) as service_date,
    coalesce(lines.rendering_tin, lines.billing_tin) as tin, lines.rendering_npi as npi,
    cast(null as varchar) as facility_npi, cast(null as varchar) as facility_ccn, lines.rendering_specialty_code,
    cast(null as varchar) as facility_kind, false as whole_claim, code.service_group, code.in_mssp, code.in_reach,
    lines.allowed_amount, lines.paid_amount, lines.deductible_amount, lines.coinsurance_amount,
    lines.place_of_service_code, lines.service_month
  from claims.medical_claim as lines
  join attribution.service_code as code
    on code.hcpcs_code = lines.hcpcs_code and code.setting = 'any'
    and (code.to_year is null or code.to_year >= cx_year_of(lines.claim_end_date))
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
),
every as (
  select
    source_id, claim_id, claim_line_number, person_id, hcpcs_code, service_date, tin, npi, facility_npi, facility_ccn,
    rendering_specialty_code, facility_kind, whole_claim, service_group, in_mssp, in_reach, allowed_amount,
    paid_amount, deductible_amount, coinsurance_amount, place_of_service_code, service_month
  from professional
  union all
  select
    source_id, claim_id, claim_line_number, person_id, hcpcs_code, service_date, tin, npi, facility_npi, facility_ccn,
    rendering_specialty_code, facility_kind, whole_claim, service_group, in_mssp, in_reach, allowed_amount,
    paid_amount, deductible_amount, coinsurance_amount, place_of_service_code, service_month
  from facility
  where place = 1
)
select
  every.source_id, every.claim_id, every.claim_line_number, every.person_id, every.service_date, every.tin, every.npi,
  every.facility_npi, every.facility_ccn, every.rendering_specialty_code, every.facility_kind, every.whole_claim,
  every.hcpcs_code, every.service_group, every.in_mssp, every.in_reach,
  cast(coalesce(
    every.allowed_amount,
    every.paid_amount + coalesce(every.deductible_amount, 0) + coalesce(every.coinsurance_amount, 0)
  ) as decimal(18, 2)) as allowed_amount,
  case
    when every.allowed_amount is not null then 'allowed'
    when every.deductible_amount is not null or every.coinsurance_amount is not null then 'paid_and_cost_share'
    else 'paid_proxy'
  end as allowed_basis,
  every.service_month
from every
left join rules.mssp_excluded_place as excluded
  on excluded.service_group = every.service_group and excluded.place_of_service_code = every.place_of_service_code
where every.person_id is not null and excluded.service_group is null
