-- step:      tuva.claim_procedure
-- makes:     one row per procedure of a claim, each code once
-- key:       source_id, claim_id, procedure_sequence
-- reads:     tuva_raw.claim_procedure, identity.person_alias
-- cites:     Tuva input layer; docs/sources/tuva.md
-- evidence:  none
-- partition: service_month
with newest as (
  select
    source_id, delivery_id, claim_id, load_sequence, person_id, place, procedure_code, procedure_code_type,
    procedure_date, service_month,
    max(load_sequence) over (partition by source_id, claim_id) as last_load
  from tuva_raw.claim_procedure
),
once as (
  select
    source_id, claim_id, procedure_code, max(delivery_id) as delivery_id, max(person_id) as person_id, min(place) as place,
    max(procedure_code_type) as procedure_code_type,
    min(procedure_date) as procedure_date, max(service_month) as service_month
  from newest
  where load_sequence = last_load
  group by source_id, claim_id, procedure_code
)
select
  once.source_id, once.delivery_id, once.claim_id, coalesce(alias.kept_person_id, once.person_id) as person_id,
  cast(row_number() over (partition by once.source_id, once.claim_id order by once.place, once.procedure_code) as integer)
    as procedure_sequence,
  once.procedure_code, once.procedure_code_type, once.procedure_date, once.service_month
from once
left join identity.person_alias as alias on alias.person_id = once.person_id
