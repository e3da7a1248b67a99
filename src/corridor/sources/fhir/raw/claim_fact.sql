-- claim_fact: one row per claim; what stands under a code or an address of its own, each in its column
with supporting as (
  select place, unnest(list_concat(coalesce(r.supportingInfo, []), coalesce(r.information, []))) as entry from eob
),
-- v1 and v2 say what a piece of information is by the address of its code; V3 and C4BB by its category
addressed as (
  select spelling
  from (select distinct entry.code.coding[1].system as spelling from supporting) as system
  join fhir_fact as known on known.key = fhir_key(spelling) and known.scope = 'claim'
),
fact as (
  select place, entry.url as key,
    coalesce(
      entry.valueCoding.code, entry.valueIdentifier.value, entry.valueMoney.value, entry.valueDate,
      entry.valueQuantity.value, entry.valueString
    ) as value
  from (select place, unnest(r.extension) as entry from eob) as extension
  union all
  select place, entry.url, entry.valueCoding.code
  from (select place, unnest(r.facility.extension) as entry from eob) as facility
  union all
  select place, coalesce(addressed.spelling, entry.category.coding[-1].code),
    coalesce(entry.code.coding[1].code, entry.timingDate, entry.valueQuantity.value, entry.valueString)
  from supporting
  left join addressed on addressed.spelling = entry.code.coding[1].system
  union all
  select place, entry.type.coding[1].code, entry.usedMoney.value
  from (
    select place, unnest(entry.financial) as entry
    from (select place, unnest(r.benefitBalance) as entry from eob) as balance
  ) as financial
  union all
  select place, entry.category.coding[-1].code, entry.amount.value
  from (select place, unnest(r.adjudication) as entry from eob) as adjudication
  union all
  select place, entry.category.coding[-1].code, entry.amount.value
  from (select place, unnest(r.total) as entry from eob) as total
  union all
  select place, entry.system, entry.code
  from (
    select place, unnest(list_concat(coalesce(r.type.coding, []), coalesce(r.meta.tag, []))) as entry from eob
  ) as code
),
-- the same few keys stand in every claim
spelled as (
  select distinct key as spelling, fhir_key(key) as key from fact
)
select
  fact.place, $columns,
  max(case when fact_name.is_money and try_cast(fact.value as decimal(18, 2)) is null then spelled.key end) as bad_money
from fact
join spelled on spelled.spelling = fact.key
join fhir_fact as fact_name on fact_name.key = spelled.key and fact_name.scope = 'claim'
where fact.value is not null
group by fact.place
