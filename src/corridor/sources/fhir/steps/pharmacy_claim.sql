-- step:      fhir.pharmacy_claim
-- makes:     one row per drug of a final drug event, with the gross cost of the drug
-- key:       source_id, claim_id, claim_line_number
-- reads:     fhir_raw.drug_line, fhir_raw.claim, fhir.claim, identity.person_alias
-- cites:     CMS Blue Button 2.0, BCDA and AB2D data dictionaries, Part D events; docs/sources/fhir.md
-- evidence:  none
-- owner:     prescribing_npi
-- partition: service_month
select
  drug.source_id, drug.delivery_id, drug.claim_id, drug.line_number as claim_line_number,
  coalesce(alias.kept_person_id, claim.person_id) as person_id, drug.dispensing_provider_id,
  drug.prescribing_provider_id, drug.prescribing_npi,
  coalesce(drug.dispensing_date, claim.claim_start_date) as dispensing_date, drug.ndc_code, drug.quantity,
  drug.days_supply, drug.refills, claim.paid_date,
  coalesce(drug.paid_amount, case when drug.line_number = 1 then claim.paid_amount end, 0) as paid_amount,
  drug.allowed_amount, drug.copayment_amount, drug.gross_drug_cost, drug.service_month
from fhir_raw.drug_line as drug
join fhir.claim as final
  on final.source_id = drug.source_id and final.claim_id = drug.claim_id and final.delivery_id = drug.delivery_id
  and final.load_sequence = drug.load_sequence and final.file_number = drug.file_number
  and final.resource_number = drug.resource_number and final.claim_month = drug.service_month
  and final.dropped_because is null
join fhir_raw.claim as claim
  on claim.source_id = final.source_id and claim.claim_id = final.claim_id and claim.delivery_id = final.delivery_id
  and claim.load_sequence = final.load_sequence and claim.file_number = final.file_number
  and claim.resource_number = final.resource_number and claim.service_month = final.claim_month
left join identity.person_alias as alias on alias.person_id = claim.person_id
