-- line_fact: one row per line; what stands under a code or an address of its own, each in its column
with fact as (
  select place, item_number, fhir_key(entry.url) as key,
    coalesce(
      entry.valueCoding.code, entry.valueIdentifier.value, entry.valueMoney.value, entry.valueQuantity.value,
      entry.valueString
    ) as value
  from (
    select place, item_number, unnest(list_concat(
      coalesce(entry.extension, []), coalesce(entry.locationCodeableConcept.extension, []),
      coalesce(entry.quantity.extension, [])
    )) as entry
    from item
  ) as extension
  union all
  select place, item_number, fhir_key(entry.category.coding[-1].code),
    coalesce(entry.amount.value, entry.reason.coding[1].code)
  from (select place, item_number, unnest(entry.adjudication) as entry from item) as adjudication
)
select
  fact.place, fact.item_number, $columns,
  max(case when fact_name.is_money and try_cast(fact.value as decimal(18, 2)) is null then fact.key end) as bad_money
from fact
join fhir_fact as fact_name on fact_name.key = fact.key and fact_name.scope = 'line'
where fact.value is not null
group by fact.place, fact.item_number
