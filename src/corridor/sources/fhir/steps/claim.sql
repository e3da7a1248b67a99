-- step:      fhir.claim
-- makes:     one row per claim or drug event: its newest version, with what drops it; how many versions there were
-- key:       source_id, claim_id
-- reads:     fhir_raw.claim, fhir_raw.claim_relation
-- cites:     HL7 FHIR ExplanationOfBenefit (status, related); CARIN Blue Button; docs/sources/fhir.md
-- evidence:  none
with versions as (
  select
    source_id, delivery_id, claim_id, last_updated, load_sequence, file_number, resource_number, claim_type,
    paid_amount, dropped_because, service_month,
    count(*) over (partition by source_id, claim_id) as versions,
    row_number() over (
      partition by source_id, claim_id
      order by last_updated desc nulls last, load_sequence desc, file_number desc, resource_number desc
    ) as place
  from fhir_raw.claim
),
newest as (
  select
    source_id, delivery_id, claim_id, load_sequence, file_number, resource_number, claim_type, paid_amount,
    dropped_because, service_month, versions
  from versions
  where place = 1
),
relation as (
  select relation.source_id, relation.claim_id, relation.related_id, relation.relationship
  from fhir_raw.claim_relation as relation
  join newest
    on newest.source_id = relation.source_id and newest.claim_id = relation.claim_id
    and newest.load_sequence = relation.load_sequence and newest.file_number = relation.file_number
    and newest.resource_number = relation.resource_number
),
-- a claim says whom it replaces, or by whom it is replaced
replaced as (
  select distinct source_id, related_id as claim_id from relation where relationship = 'prior'
  union
  select distinct source_id, claim_id from relation where relationship = 'replacedby'
)
select
  newest.source_id, newest.delivery_id, newest.claim_id, newest.load_sequence, newest.file_number,
  newest.resource_number, newest.claim_type, newest.paid_amount,
  coalesce(newest.dropped_because, case when replaced.claim_id is not null then 'replaced' end) as dropped_because,
  cast(newest.versions as integer) as versions, newest.service_month as claim_month
from newest
left join replaced on replaced.source_id = newest.source_id and replaced.claim_id = newest.claim_id
