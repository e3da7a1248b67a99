-- coverage: the Coverage resources of the piece, and which part of Medicare each is of
with typed as (
  select piece.place, piece.file_line, from_json(piece.text, $structure) as r
  from piece
  join parsed on parsed.place = piece.place
  where parsed.r.resourceType = 'Coverage'
),
named as (
  select
    typed.*, '$prefix' || fhir_tail(r.beneficiary.reference) as person_key,
    lower(coalesce(
      list_filter(r.class, lambda c: c.type.coding[1].code = 'plan')[1].value, r.grouping.subPlan,
      r.type.coding[1].code
    )) as plan
  from typed
),
parted as (
  select
    named.*,
    case
      when plan like 'dual%' then 'dual'
      when plan in ('part a', 'part b', 'part c', 'part d') then right(plan, 1)
    end as part
  from named
)
select
  parted.*, case when person_key is null then 'no-patient' when part is null then 'no-part' end as reject_code
from parted
