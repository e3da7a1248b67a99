-- step:      billing.drug_service
-- makes:     one row per claim line of a Part B drug, a skin substitute or the application of one: units, modifiers
--            of wastage and of 340B, and what was charged, allowed and paid
-- key:       source_id, claim_id, claim_line_number
-- reads:     claims.medical_claim, claims.service_line
-- rules:     drug.code_range, drug.skin_application_code, drug.wastage_modifier, drug.modifier_340b
-- cites:     docs/drugs-and-skin-substitutes.md
-- evidence:  claims.service_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
-- partition: service_month
with seen as (
  select distinct hcpcs_code
  from claims.service_line
  where part = 'B' and hcpcs_code is not null
),
sorted as (
  select seen.hcpcs_code, band.kind as line_kind, band.family, band.wastage
  from seen
  join rules.drug_code_range as band
    on seen.hcpcs_code between band.first_code and band.last_code
    and length(seen.hcpcs_code) = length(band.first_code)
  union all
  select seen.hcpcs_code, 'application' as line_kind, 'skin_application' as family, false as wastage
  from seen
  join rules.drug_skin_application_code as application on application.hcpcs_code = seen.hcpcs_code
),
-- a source that writes no modifier on any line says nothing by their absence
source as (
  select source_id, max(case when modifiers is not null then 1 else 0 end) = 1 as modifiers_known
  from claims.service_line
  where part = 'B'
  group by source_id
),
lines as (
  select
    line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.service_date, line.npi, line.tin,
    line.facility_ccn, line.setting, line.place_of_service_code, line.hcpcs_code, sorted.line_kind, sorted.family,
    sorted.wastage, line.quantity, line.modifiers, line.allowed_amount, line.paid_amount, line.service_month
  from claims.service_line as line
  join sorted on sorted.hcpcs_code = line.hcpcs_code
  where line.part = 'B'
),
written as (
  select distinct modifiers
  from lines
  where modifiers is not null
),
wastage_sign as (
  select distinct modifier, meaning
  from rules.drug_wastage_modifier
),
bought_sign as (
  select distinct modifier
  from rules.drug_modifier_340b
),
wasted as (
  select
    written.modifiers,
    max(case when sign.meaning = 'discarded' then 1 else 0 end) = 1 as discarded,
    max(case when sign.meaning = 'nothing_discarded' then 1 else 0 end) = 1 as nothing_discarded
  from written
  join wastage_sign as sign
    on concat(' ', written.modifiers, ' ') like concat('% ', sign.modifier, ' %')
  group by written.modifiers
),
-- where a line carries both, the later in the alphabet stands; what is accepted is asked of that one
bought as (
  select written.modifiers, max(sign.modifier) as modifier
  from written
  join bought_sign as sign
    on concat(' ', written.modifiers, ' ') like concat('% ', sign.modifier, ' %')
  group by written.modifiers
)
select
  lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.service_date,
  cx_month_of(lines.service_date) as month, lines.npi, lines.tin, lines.facility_ccn, lines.setting,
  lines.place_of_service_code, lines.hcpcs_code, lines.line_kind, lines.family, lines.wastage as wastage_applies,
  cast(coalesce(lines.quantity, 0) as decimal(18, 4)) as units, lines.modifiers,
  coalesce(wasted.discarded, false) as discarded,
  coalesce(wasted.nothing_discarded, false) as nothing_discarded, source.modifiers_known, bought.modifier as modifier_340b,
  claim.charge_amount, lines.allowed_amount, lines.paid_amount, lines.service_month
from lines
join source on source.source_id = lines.source_id
left join claims.medical_claim as claim
  on claim.source_id = lines.source_id and claim.claim_id = lines.claim_id
  and claim.claim_line_number = lines.claim_line_number and claim.service_month = lines.service_month
left join wasted on wasted.modifiers = lines.modifiers
left join bought on bought.modifiers = lines.modifiers
