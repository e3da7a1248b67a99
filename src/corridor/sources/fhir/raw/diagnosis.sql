-- diagnosis: every diagnosis of a claim; place_of is null for those that are not the claim's own
with entries as (
  select
    place, entry, list_transform(entry.type, lambda t: t.coding[1].code) as kinds,
    entry.diagnosisCodeableConcept.coding[1] as coded
  from (select place, unnest(r.diagnosis) as entry from eob) as diagnosis
)
select
  place, entry.sequence as sequence, upper(replace(coded.code, '.', '')) as code,
  case
    when coded.system like '%icd-9%' then 'icd-9-cm' when coded.system like '%icd-10%' then 'icd-10-cm'
  end as code_type,
  coalesce(
    entry.onAdmission.coding[1].code,
    list_filter(entry.extension, lambda e: e.url like '%poa_ind%')[1].valueCoding.code
  ) as present_on_admission,
  case
    when list_contains(kinds, 'principal') then entry.sequence - 100
    when len(list_filter(kinds, lambda k: is_not_of_the_claim(k))) > 0 then null
    when len(list_filter(kinds, lambda k: is_external_cause(k))) > 0 then 100 + entry.sequence
    else entry.sequence
  end as rank
from entries
where coded.code is not null
