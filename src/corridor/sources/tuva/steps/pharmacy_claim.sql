-- step:      tuva.pharmacy_claim
-- makes:     one row per pharmacy claim line
-- key:       source_id, claim_id, claim_line_number
-- reads:     tuva_raw.pharmacy_claim, identity.person_alias
-- cites:     Tuva input layer; docs/sources/tuva.md
-- evidence:  none
-- owner:     prescribing_npi
-- partition: service_month
-- few events come twice: only those are put in order
with contested as (
  select source_id, claim_id, claim_line_number
  from tuva_raw.pharmacy_claim
  group by source_id, claim_id, claim_line_number
  having count(*) > 1
),
newest as (
  select
    events.*,
    row_number() over (
      partition by events.source_id, events.claim_id, events.claim_line_number
      order by events.load_sequence desc, events.input_file_date desc nulls last, events.delivery_id desc,
        events.file_line desc
    ) as place
  from tuva_raw.pharmacy_claim as events
  join contested
    on contested.source_id = events.source_id and contested.claim_id = events.claim_id
    and contested.claim_line_number = events.claim_line_number
),
event as (
  select
    source_id, delivery_id, claim_id, person_id, claim_line_number, dispensing_provider_id,
    prescribing_provider_id, dispensing_date, ndc_code, quantity, days_supply, refills, paid_date,
    paid_amount, allowed_amount, copayment_amount, service_month
  from newest
  where place = 1
  union all
  select
    events.source_id, events.delivery_id, events.claim_id, events.person_id, events.claim_line_number,
    events.dispensing_provider_id, events.prescribing_provider_id, events.dispensing_date, events.ndc_code,
    events.quantity, events.days_supply, events.refills, events.paid_date, events.paid_amount,
    events.allowed_amount, events.copayment_amount, events.service_month
  from tuva_raw.pharmacy_claim as events
  left join contested
    on contested.source_id = events.source_id and contested.claim_id = events.claim_id
    and contested.claim_line_number = events.claim_line_number
  where contested.claim_id is null
)
select
  event.source_id, event.delivery_id, event.claim_id, event.claim_line_number,
  coalesce(alias.kept_person_id, event.person_id) as person_id, event.dispensing_provider_id,
  event.prescribing_provider_id, event.prescribing_provider_id as prescribing_npi, event.dispensing_date,
  event.ndc_code, event.quantity, event.days_supply, event.refills, event.paid_date,
  coalesce(event.paid_amount, 0) as paid_amount, event.allowed_amount, event.copayment_amount,
  cast(null as decimal(18, 2)) as gross_drug_cost, event.service_month
from event
left join identity.person_alias as alias on alias.person_id = event.person_id
