-- fhir_raw.drug_line: one row per drug of a Part D event
select
  head.claim_id, head.last_updated, $load_sequence as load_sequence, $file_number as file_number,
  head.place as resource_number, cast(item.item_number as integer) as line_number,
  coalesce(head.facility_identifier, team.provider_npi, head.provider.value) as dispensing_provider_id,
  team.prescriber as prescribing_provider_id, team.prescribing_npi,
  fhir_day(coalesce(item.entry.servicedDate, item.entry.servicedPeriod.start, head.period.start))
    as dispensing_date,
  coalesce(
    list_filter(
      coalesce(item.entry.productOrService.coding, item.entry.service.coding), lambda c: c.system like '%/ndc')[1].code,
    list_filter(item.entry.detail[1].productOrService.coding, lambda c: c.system like '%/ndc')[1].code
  ) as ndc_code,
  try_cast(coalesce(item.entry.quantity.value, item.entry.detail[1].quantity.value) as decimal(18, 4)) as quantity,
  cast(try_cast(coalesce(fact.days_supply, head.days_supply) as double) as integer) as days_supply,
  cast(try_cast(coalesce(fact.refills, head.refills) as double) as integer) as refills,
  cast(case when coalesce(fact.paid, fact.paid_other, fact.paid_not_covered, fact.paid_low_income) is not null then
    coalesce(fact.paid, fact.paid_other, 0) + coalesce(fact.paid_not_covered, 0) + coalesce(fact.paid_low_income, 0)
  end as decimal(18, 2)) as paid_amount,
  coalesce(fact.gross_cost, fact.charge_other) as allowed_amount, fact.copayment as copayment_amount,
  fact.gross_cost as gross_drug_cost, head.service_month
from item
join head on head.place = item.place
left join claim_team as team on team.place = item.place
left join line_fact as fact on fact.place = item.place and fact.item_number = item.item_number
where head.reject_code is null and head.is_drug
