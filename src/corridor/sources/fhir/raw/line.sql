-- fhir_raw.line
with linked as (
  select place, item_number, unnest(coalesce(entry.careTeamSequence, entry.careTeamLinkId)) as sequence from item
),
line_team as (
  select
    linked.place, linked.item_number,
    arg_min(member.npi, member.sequence) filter (where member.role = 'rendering' and member.npi is not null)
      as rendering_npi,
    arg_min(member.npi, member.sequence) filter (where member.role = 'group' and member.npi is not null)
      as group_npi,
    arg_min(member.tin, member.sequence) filter (where member.tin is not null) as tin,
    arg_min(member.specialty_code, member.sequence) filter (where member.specialty_code is not null) as specialty_code
  from linked
  join member on member.place = linked.place and member.sequence = linked.sequence
  group by linked.place, linked.item_number
),
modified as (
  select place, item_number, list(code order by concept_number, code_number) as codes
  from (
    select
      place, item_number, concept_number, unnest(codings).code as code,
      generate_subscripts(codings, 1) as code_number
    from (
      select
        place, item_number, unnest(entry.modifier).coding as codings,
        generate_subscripts(entry.modifier, 1) as concept_number
      from item
    ) as concepts
  ) as codes
  group by place, item_number
),
state_of as (
  -- V3 names the state of a line's provider among the claim's supporting information
  select item.place, item.item_number, max(information.code) as fips
  from (select place, item_number, unnest(entry.informationSequence) as sequence from item) as item
  join (
    select
      place, entry.sequence as sequence, entry.code.coding[1].code as code,
      entry.category.coding[-1].code as category
    from (select place, unnest(r.supportingInfo) as entry from eob) as supporting
  ) as information on information.place = item.place and information.sequence = item.sequence
  where information.category = 'RNDRG_PRVDR_FIPS_ST_CD'
  group by item.place, item.item_number
),
coded as (
  select
    item.place, item.item_number, item.entry, fact.* exclude (place, item_number),
    list_filter(
      coalesce(item.entry.productOrService.coding, item.entry.service.coding),
      lambda c: c.system not like '%data-absent-reason' and c.system not like '%/ndc'
    )[1].code as hcpcs_code,
    coalesce(item.entry.locationAddress.state, fact.provider_state) as state
  from item
  left join line_fact as fact on fact.place = item.place and fact.item_number = item.item_number
)
select
  head.claim_id, head.last_updated, $load_sequence as load_sequence, $file_number as file_number,
  head.place as resource_number, cast(coded.item_number as integer) as line_number,
  coalesce(not is_allowed_line(coded.processing_code), false) as denied,
  fhir_day(coalesce(coded.entry.servicedPeriod.start, coded.entry.servicedDate)) as line_start_date,
  fhir_day(coalesce(coded.entry.servicedPeriod.end, coded.entry.servicedPeriod.start, coded.entry.servicedDate))
    as line_end_date,
  coded.entry.locationCodeableConcept.coding[1].code as place_of_service_code,
  case when length(coded.entry.revenue.coding[1].code) < 4 then lpad(coded.entry.revenue.coding[1].code, 4, '0')
    else coded.entry.revenue.coding[1].code end as revenue_center_code,
  try_cast(coalesce(coded.units, coded.entry.quantity.value) as decimal(18, 4)) as service_unit_quantity,
  coded.hcpcs_code, modified.codes[1] as hcpcs_modifier_1, modified.codes[2] as hcpcs_modifier_2,
  modified.codes[3] as hcpcs_modifier_3, modified.codes[4] as hcpcs_modifier_4, modified.codes[5] as hcpcs_modifier_5,
  diagnosis.code as line_diagnosis_code,
  coalesce(
    line_team.rendering_npi, case when coded.entry.careTeamSequence is null then team.rendering_npi end,
    case when head.claim_type = 'dme' then coalesce(team.provider_npi, coded.supplier_npi) end
  ) as rendering_npi,
  coalesce(coded.tin, line_team.tin) as rendering_tin,
  coalesce(
    coded.specialty_code, line_team.specialty_code,
    case when coded.entry.careTeamSequence is null then team.rendering_specialty_code end
  ) as rendering_specialty_code,
  line_team.group_npi, coded.primary_payer_code,
  coalesce(state_of.fips, by_code.fips) as provider_state_code,
  coalesce(coded.paid, coded.paid_other) as paid_amount,
  coalesce(coded.allowed, coded.allowed_other) as allowed_amount,
  coalesce(coded.charge, coded.charge_other) as charge_amount,
  coalesce(coded.coinsurance, coded.coinsurance_other) as coinsurance_amount,
  coalesce(coded.deductible, coded.deductible_other) as deductible_amount, head.service_month
from coded
join head on head.place = coded.place
left join line_team on line_team.place = coded.place and line_team.item_number = coded.item_number
left join modified on modified.place = coded.place and modified.item_number = coded.item_number
left join state_of on state_of.place = coded.place and state_of.item_number = coded.item_number
left join claim_team as team on team.place = coded.place
left join diagnosis
  on diagnosis.place = coded.place
  and diagnosis.sequence = coalesce(coded.entry.diagnosisSequence, coded.entry.diagnosisLinkId)[1]
left join state_map as by_code
  on by_code.code = lower(coded.state)
  and by_code.kind = case when regexp_full_match(coded.state, '[0-9]+') then 'ssa' else 'postal' end
where head.reject_code is null and not head.is_drug
