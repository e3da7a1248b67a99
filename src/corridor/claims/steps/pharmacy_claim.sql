-- step:      claims.pharmacy_claim
-- makes:     one row per drug event, final action, of every loaded source
-- key:       source_id, claim_id, claim_line_number
-- reads:     cclf.pharmacy_claim, fhir.pharmacy_claim, rif.pharmacy_claim, synpuf.pharmacy_claim, tuva.pharmacy_claim
-- cites:     Corridor
-- evidence:  none
-- owner:     prescribing_npi
-- partition: service_month
select
  source_id, delivery_id, claim_id, claim_line_number, person_id, dispensing_provider_id,
  prescribing_provider_id, prescribing_npi, dispensing_date, ndc_code, quantity, days_supply, refills,
  paid_date, paid_amount, allowed_amount, copayment_amount, gross_drug_cost, service_month
from cclf.pharmacy_claim
union all
select
  source_id, delivery_id, claim_id, claim_line_number, person_id, dispensing_provider_id,
  prescribing_provider_id, prescribing_npi, dispensing_date, ndc_code, quantity, days_supply, refills,
  paid_date, paid_amount, allowed_amount, copayment_amount, gross_drug_cost, service_month
from fhir.pharmacy_claim
union all
select
  source_id, delivery_id, claim_id, claim_line_number, person_id, dispensing_provider_id,
  prescribing_provider_id, prescribing_npi, dispensing_date, ndc_code, quantity, days_supply, refills,
  paid_date, paid_amount, allowed_amount, copayment_amount, gross_drug_cost, service_month
from rif.pharmacy_claim
union all
select
  source_id, delivery_id, claim_id, claim_line_number, person_id, dispensing_provider_id,
  prescribing_provider_id, prescribing_npi, dispensing_date, ndc_code, quantity, days_supply, refills,
  paid_date, paid_amount, allowed_amount, copayment_amount, gross_drug_cost, service_month
from synpuf.pharmacy_claim
union all
select
  source_id, delivery_id, claim_id, claim_line_number, person_id, dispensing_provider_id,
  prescribing_provider_id, prescribing_npi, dispensing_date, ndc_code, quantity, days_supply, refills,
  paid_date, paid_amount, allowed_amount, copayment_amount, gross_drug_cost, service_month
from tuva.pharmacy_claim
