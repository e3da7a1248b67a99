-- fhir_raw.claim_relation: the claims that a claim replaces or is replaced by
select
  head.claim_id, head.last_updated, $load_sequence as load_sequence, $file_number as file_number,
  head.place as resource_number,
  coalesce(fhir_tail(entry.claim.reference), entry.claim.identifier.value, entry.reference.value) as related_id,
  lower(entry.relationship.coding[1].code) as relationship
from (select place, unnest(r.related) as entry from eob) as related
join head on head.place = related.place
where head.reject_code is null
  and coalesce(fhir_tail(entry.claim.reference), entry.claim.identifier.value, entry.reference.value) is not null
