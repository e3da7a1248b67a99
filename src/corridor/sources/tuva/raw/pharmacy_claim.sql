-- tuva_raw.pharmacy_claim
select
  claim_id, $load_sequence as load_sequence, person_id, claim_line_number, line_number as file_line,
  staged.file_date as input_file_date, dispensing_provider_npi as dispensing_provider_id,
  prescribing_provider_npi as prescribing_provider_id, coalesce(dispensing_date, paid_date) as dispensing_date,
  ndc_code, quantity, days_supply, refills, paid_date, paid_amount, allowed_amount,
  case when coalesce(coinsurance_amount, copayment_amount, deductible_amount) is not null then cast(
    coalesce(coinsurance_amount, 0) + coalesce(copayment_amount, 0) + coalesce(deductible_amount, 0)
    as decimal(18, 2))
  end as copayment_amount,
  cx_month_of(coalesce(dispensing_date, paid_date)) as service_month
from staged
join person_map as who on who.identifier = $person
where coalesce(dispensing_date, paid_date) is not null
