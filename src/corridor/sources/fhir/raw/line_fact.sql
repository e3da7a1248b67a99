-- line_fact: one row per line; what stands under a code or an address of its own, each in its column
with fact as (
  select place, item_number, entry.url as key,
    coalesce(entry.valueCoding.code, entry.valueIdentifier.value, entry.valueQuantity.value) as value
  from (select place, item_number, unnest(entry.extension) as entry from item) as extension
  union all
  select place, item_number, entry.url, entry.valueCoding.code
  from (select place, item_number, unnest(entry.locationCodeableConcept.extension) as entry from item) as location
  union all
  select place, item_number, entry.url, coalesce(entry.valueQuantity.value, entry.valueCoding.code)
  from (select place, item_number, unnest(entry.quantity.extension) as entry from item) as quantity
  union all
  select place, item_number, entry.category.coding[-1].code,
    coalesce(entry.amount.value, entry.reason.coding[1].code)
  from (select place, item_number, unnest(entry.adjudication) as entry from item) as adjudication
),
-- the same few keys stand in every claim
spelled as (
  select distinct key as spelling, fhir_key(key) as key from fact
)
select
  fact.place, fact.item_number, $columns,
  max(case when fact_name.is_money and try_cast(fact.value as decimal(18, 2)) is null then spelled.key end) as bad_money
from fact
join spelled on spelled.spelling = fact.key
join fhir_fact as fact_name on fact_name.key = spelled.key and fact_name.scope = 'line'
where fact.value is not null
group by fact.place, fact.item_number
