-- step:      population.service_code
-- makes:     one row per HCPCS code, and per certification number of a stay, that puts a line into a category
--            of service of its own or takes it out of the expenditure, for each month it was seen in
-- key:       service_month, code_system, code
-- reads:     claims.medical_claim
-- rules:     claims.claim_setting, population.service_category_code, population.facility_number_category,
--            population.suspect_code
-- cites:     42 CFR 425.672 (codes set aside); docs/population.md
-- evidence:  claims.medical_claim(service_month)
-- partition: service_month
with hcpcs as (
  select distinct service_month, hcpcs_code
  from claims.medical_claim
  where hcpcs_code is not null
),
stay as (
  select distinct lines.service_month, lines.facility_ccn
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'inpatient'
  where lines.facility_ccn is not null
)
select
  hcpcs.service_month, 'hcpcs' as code_system, hcpcs.hcpcs_code as code,
  min(band.service_category) as service_category, max(suspect.hcpcs_code) is not null as suspect
from hcpcs
left join rules.population_suspect_code as suspect
  on suspect.hcpcs_code = hcpcs.hcpcs_code
  and hcpcs.service_month between suspect.first_month and suspect.last_month
left join rules.population_service_category_code as band
  on hcpcs.hcpcs_code between band.first_code and band.last_code
  and length(hcpcs.hcpcs_code) = length(band.first_code)
  -- 0042T is no 0001U: a code that ends in a letter is of the range of that letter
  and (
    right(hcpcs.hcpcs_code, 1) = right(band.first_code, 1)
    or (right(hcpcs.hcpcs_code, 1) between '0' and '9' and right(band.first_code, 1) between '0' and '9')
  )
where band.first_code is not null or suspect.hcpcs_code is not null
group by hcpcs.service_month, hcpcs.hcpcs_code
union all
select
  stay.service_month, 'ccn' as code_system, stay.facility_ccn as code,
  min(shape.service_category) as service_category, false as suspect
from stay
join rules.population_facility_number_category as shape on stay.facility_ccn like shape.pattern
group by stay.service_month, stay.facility_ccn
