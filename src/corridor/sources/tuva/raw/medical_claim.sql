-- tuva_raw.medical_claim
select
  claim_id, $load_sequence as load_sequence, person_id, claim_line_number, line_number as file_line,
  dated.file_date as input_file_date, claim_type = 'institutional' and $amounts_repeat as amounts_repeat, claim_type,
  case claim_type when 'institutional' then kind.code when 'professional' then '$professional' end as claim_type_code,
  coalesce(claim_start_date, service_day) as claim_start_date, service_day as claim_end_date, claim_line_start_date,
  claim_line_end_date, admission_date, discharge_date, admit_source_code, admit_type_code,
  discharge_disposition_code, place_of_service_code, bill_type_code,
  coalesce(lower(drg_code_type), case when drg_code is not null then 'ms-drg' end) as drg_code_type, drg_code,
  revenue_center_code, service_unit_quantity, hcpcs_code, hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3,
  hcpcs_modifier_4, hcpcs_modifier_5, rendering_npi, rendering_tin, rendering_specialty_code, billing_npi,
  billing_tin, facility_npi, facility_ccn, attending_npi, operating_npi, referring_npi, paid_date, paid_amount,
  allowed_amount, charge_amount,
  case when coalesce(coinsurance_amount, copayment_amount) is not null then
    cast(coalesce(coinsurance_amount, 0) + coalesce(copayment_amount, 0) as decimal(18, 2))
  end as coinsurance_amount,
  deductible_amount, cx_month_of(service_day) as service_month
from dated
left join bill_kind as kind on kind.bill_type = left(ltrim(bill_type_code, '0'), 2)
join person_map as who on who.identifier = $person
where service_day is not null
