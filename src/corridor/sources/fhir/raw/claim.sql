-- fhir_raw.claim
select
  head.claim_id, head.last_updated, $load_sequence as load_sequence, $file_number as file_number,
  head.place as resource_number, head.file_line, who.person_id, head.dropped_because,
  coalesce(head.claim_type, 'pharmacy') as claim_type, head.claim_type_code, head.claim_start_date, head.claim_end_date,
  case when head.claim_type = 'institutional' then team.admission_date end as admission_date,
  case when head.claim_type = 'institutional' then team.discharge_date end as discharge_date,
  head.admit_source_code, head.admit_type_code, head.discharge_disposition_code,
  case when head.claim_type = 'institutional' then coalesce(
    right(head.bill_type, 3), nullif(concat(head.facility_type, head.service_class, head.frequency), '')
  ) end as bill_type_code,
  coalesce(head.drg_code, head.package_code) as drg_code,
  team.provider_npi as billing_npi, team.provider_tin as billing_tin,
  case when head.claim_type = 'institutional' then coalesce(team.provider_npi, head.facility_identifier) end
    as facility_npi,
  case when head.claim_type = 'institutional' then team.provider_ccn end as facility_ccn,
  team.attending_npi, team.operating_npi, team.referring_npi, head.primary_payer_code, team.provider_state_code,
  head.contractor_number,
  fhir_day(coalesce(head.payment_date, head.process_date, head.weekly_process_date)) as paid_date,
  try_cast(head.payment as decimal(18, 2)) as paid_amount,
  coalesce(head.total_charge, try_cast(head.total_cost as decimal(18, 2))) as charge_amount,
  fhir_sum(head.coinsurance_all, head.coinsurance_part_a, head.coinsurance_part_b) as coinsurance_amount,
  fhir_sum(
    head.deductible_all, fhir_sum(null, head.deductible_inpatient, head.deductible_part_b), head.deductible_blood
  ) as deductible_amount,
  cast(
    coalesce(head.teaching, 0) + coalesce(head.disproportionate, 0) + coalesce(head.uncompensated, 0)
    + coalesce(head.teaching_capital, 0) + coalesce(head.disproportionate_capital, 0) as decimal(18, 2)
  ) as add_on_amount,
  head.service_month
from head
join person_map as who on who.identifier = head.person_key
left join claim_team as team on team.place = head.place
where head.reject_code is null
