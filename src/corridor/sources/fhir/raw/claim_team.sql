-- claim_team: who answers for the claim as a whole, and where
with team as (
  select
    place,
    arg_min(npi, sequence) filter (where role = 'attending' and npi is not null) as attending_npi,
    arg_min(npi, sequence) filter (where role = 'operating' and npi is not null) as operating_npi,
    arg_min(npi, sequence) filter (where role = 'referring' and npi is not null) as referring_npi,
    arg_min(npi, sequence) filter (where role = 'rendering' and npi is not null) as rendering_npi,
    arg_min(specialty_code, sequence) filter (where role = 'rendering' and specialty_code is not null)
      as rendering_specialty_code,
    arg_min(npi, sequence) filter (where role = 'prescribing' and npi is not null) as prescribing_npi,
    arg_min(identifier, sequence) filter (where role = 'prescribing') as prescriber
  from member
  group by place
),
stay as (
  select place, min(entry.timingPeriod.start) as start_text, max(entry.timingPeriod.end) as end_text
  from (select place, unnest(r.supportingInfo) as entry from eob) as information
  where entry.category.coding[1].code = 'admissionperiod'
  group by place
)
select
  head.place, team.* exclude (place),
  coalesce(
    held.npi, case when head.provider.system like '%npi%' then head.provider.value end,
    head.organization_identifier
  ) as provider_npi,
  held.tin as provider_tin,
  coalesce(held.ccn, case when head.provider.system like '%prvdr_num' then head.provider.value end)
    as provider_ccn,
  fhir_day(coalesce(stay.start_text, head.stay.start)) as admission_date,
  fhir_day(coalesce(stay.end_text, head.stay.end)) as discharge_date,
  coalesce(fips.fips, postal.fips) as provider_state_code
from head
left join team on team.place = head.place
left join stay on stay.place = head.place
left join held on held.place = head.place and held.reference = head.provider_reference
left join state_map as fips on fips.kind = 'fips' and fips.code = head.provider_state
left join state_map as postal
  on postal.code = lower(head.line_state)
  and postal.kind = case when regexp_full_match(head.line_state, '[0-9]+') then 'ssa' else 'postal' end
