-- step:      billing.audit_g2211
-- makes:     one row per finding on the visit-complexity add-on: billed where it is not payable, and left out at visits
--            with a clinician who is the focal point of care or treats a serious condition for long
-- key:       finding_id
-- reads:     billing.audit_line, billing.g2211_visit, billing.g2211_amount, billing.g2211_relation
-- rules:     billing.g2211_code, billing.g2211_excluded_place, billing.finding_kind
-- cites:     CMS Transmittal 13015 as cited; primary-care code notes E.1
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with addon as (
  select lines.*, place.place_of_service_code is not null as excluded_place
  from billing.audit_line as lines
  join rules.billing_g2211_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
  left join rules.billing_g2211_excluded_place as place
    on place.place_of_service_code = lines.place_of_service_code and lines.service_date >= place.valid_from
    and (place.valid_to is null or lines.service_date < place.valid_to)
),
-- of several visits of the day, the one the add-on can go with
beside as (
  select
    addon.source_id, addon.claim_id, addon.claim_line_number, visit.source_id as other_source_id,
    visit.claim_id as other_claim_id, visit.claim_line_number as other_claim_line_number,
    case
      when visit.claim_id is null then 'g2211_without_visit'
      when not visit.can_carry then 'g2211_home_early'
      when addon.excluded_place or visit.excluded_place then 'g2211_excluded_place'
      when visit.barred then 'g2211_with_25'
    end as kind,
    case
      when addon.npi is null then 'review'
      when visit.can_carry and not addon.excluded_place and not visit.excluded_place and visit.barred
        and not visit.surely_barred then 'review'
      else 'sure'
    end as certainty,
    row_number() over (
      partition by addon.source_id, addon.claim_id, addon.claim_line_number
      order by case when visit.can_carry then 0 else 1 end, case when visit.barred then 1 else 0 end,
        visit.source_id, visit.claim_id, visit.claim_line_number
    ) as place
  from addon
  left join billing.g2211_visit as visit
    on visit.person_id = addon.person_id and visit.service_date = addon.service_date and visit.npi = addon.npi
),
missed as (
  select
    visit.source_id, visit.claim_id, visit.claim_line_number,
    row_number() over (
      partition by visit.person_id, visit.npi, visit.service_date
      order by visit.source_id, visit.claim_id, visit.claim_line_number
    ) as place
  from billing.g2211_visit as visit
  join billing.g2211_relation as relation
    on relation.source_id = visit.source_id and relation.claim_id = visit.claim_id
    and relation.claim_line_number = visit.claim_line_number
  left join addon
    on addon.person_id = visit.person_id and addon.service_date = visit.service_date and addon.npi = visit.npi
  where addon.claim_id is null and visit.can_carry and not visit.barred and not visit.excluded_place
),
found as (
  select
    kind, source_id, claim_id, claim_line_number, other_source_id, other_claim_id, other_claim_line_number, certainty
  from beside
  where place = 1 and kind is not null
  union all
  select
    'g2211_missed', source_id, claim_id, claim_line_number, cast(null as varchar), cast(null as varchar),
    cast(null as integer), 'review'
  from missed
  where place = 1
)
select
  concat_ws('|', found.kind, lines.source_id, lines.claim_id, cast(lines.claim_line_number as varchar)) as finding_id,
  said.audit, found.kind,
  case
    when found.kind = 'g2211_missed' then 'missed'
    when lines.draft or found.certainty <> 'sure' then 'at_risk'
    else 'paid_in_error'
  end as direction,
  lines.person_id, lines.npi, lines.tin, lines.source_id, lines.claim_id, lines.claim_line_number,
  others.claim_id as other_claim_id, others.claim_line_number as other_claim_line_number, others.npi as other_npi,
  lines.service_date, others.service_date as other_service_date, lines.month, lines.hcpcs_code,
  others.hcpcs_code as other_hcpcs_code,
  case when found.kind = 'g2211_missed' then amount.dollars else lines.allowed_amount end as dollars,
  case when found.kind <> 'g2211_missed' then lines.paid_amount end as paid_dollars,
  said.rule, said.cite, said.todo, found.certainty
from found
join billing.audit_line as lines
  on lines.source_id = found.source_id and lines.claim_id = found.claim_id
  and lines.claim_line_number = found.claim_line_number
left join billing.audit_line as others
  on others.source_id = found.other_source_id and others.claim_id = found.other_claim_id
  and others.claim_line_number = found.other_claim_line_number
left join billing.g2211_amount as amount on amount.year = cx_year_of(lines.service_date)
join rules.billing_finding_kind as said
  on said.kind = found.kind and lines.service_date >= said.valid_from
  and (said.valid_to is null or lines.service_date < said.valid_to)
