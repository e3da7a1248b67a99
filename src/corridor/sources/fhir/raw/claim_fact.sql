-- claim_fact: one row per claim; what stands under a code or an address of its own, each in its column
with supporting as (
  select place, entry, fhir_key(entry.code.coding[1].system) as system_key
  from (
    select place, unnest(list_concat(coalesce(r.supportingInfo, []), coalesce(r.information, []))) as entry from eob
  ) as information
),
fact as (
  select place, fhir_key(entry.url) as key,
    coalesce(
      entry.valueCoding.code, entry.valueIdentifier.value, entry.valueMoney.value, entry.valueDate,
      entry.valueQuantity.value, entry.valueString
    ) as value
  from (
    select place, unnest(list_concat(coalesce(r.extension, []), coalesce(r.facility.extension, []))) as entry from eob
  ) as extension
  union all
  -- v1 and v2 say it by the address of the code; V3 and C4BB by the category
  select place, case when known.key is null then fhir_key(entry.category.coding[-1].code) else system_key end,
    coalesce(entry.code.coding[1].code, entry.timingDate, entry.valueQuantity.value, entry.valueString)
  from supporting
  left join fhir_fact as known on known.key = system_key and known.scope = 'claim'
  union all
  select place, fhir_key(entry.type.coding[1].code), entry.usedMoney.value
  from (
    select place, unnest(entry.financial) as entry
    from (select place, unnest(r.benefitBalance) as entry from eob) as balance
  ) as financial
  union all
  select place, fhir_key(entry.category.coding[-1].code), entry.amount.value
  from (select place, unnest(r.adjudication) as entry from eob) as adjudication
  union all
  select place, fhir_key(entry.category.coding[-1].code), entry.amount.value
  from (select place, unnest(r.total) as entry from eob) as total
  union all
  select place, fhir_key(entry.system), entry.code
  from (select place, unnest(list_concat(coalesce(r.type.coding, []), coalesce(r.meta.tag, []))) as entry from eob) as code
)
select
  fact.place, $columns,
  max(case when fact_name.is_money and try_cast(fact.value as decimal(18, 2)) is null then fact.key end) as bad_money
from fact
join fhir_fact as fact_name on fact_name.key = fact.key and fact_name.scope = 'claim'
where fact.value is not null
group by fact.place
