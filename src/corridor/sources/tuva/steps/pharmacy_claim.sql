-- step:      tuva.pharmacy_claim
-- makes:     one row per pharmacy claim line
-- key:       source_id, claim_id, claim_line_number
-- reads:     tuva_raw.pharmacy_claim, identity.person_alias
-- cites:     Tuva input layer; docs/sources/tuva.md
-- evidence:  none
-- owner:     prescribing_npi
-- partition: service_month
with newest as (
  select
    *,
    row_number() over (
      partition by source_id, claim_id, claim_line_number
      order by load_sequence desc, input_file_date desc nulls last, delivery_id desc, file_line desc
    ) as place
  from tuva_raw.pharmacy_claim
)
select
  event.source_id, event.delivery_id, event.claim_id, event.claim_line_number,
  coalesce(alias.kept_person_id, event.person_id) as person_id, event.dispensing_provider_id,
  event.prescribing_provider_id, event.prescribing_provider_id as prescribing_npi, event.dispensing_date,
  event.ndc_code, event.quantity, event.days_supply, event.refills, event.paid_date,
  coalesce(event.paid_amount, 0) as paid_amount, event.allowed_amount, event.copayment_amount,
  cast(null as decimal(18, 2)) as gross_drug_cost, event.service_month
from newest as event
left join identity.person_alias as alias on alias.person_id = event.person_id
where event.place = 1
