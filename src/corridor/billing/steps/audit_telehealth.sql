-- step:      billing.audit_telehealth
-- makes:     one row per finding on telehealth: codes Medicare does not pay, a telehealth modifier beside the place of
--            an in-person service, services not on the installed list, days on which the law did not allow it
-- key:       finding_id
-- reads:     billing.audit_line, reference.telehealth_code
-- rules:     billing.telehealth_unpayable_code, billing.telehealth_modifier, billing.telehealth_place,
--            billing.telehealth_place_exception, virtual_care.flexibility, virtual_care.visit_code,
--            billing.finding_kind
-- cites:     42 CFR 410.78; CMS Transmittal 12671 as quoted; primary-care code notes E.3 to E.5
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with marked as (
  select lines.source_id, lines.claim_id, lines.claim_line_number, min(sign.modifier) as modifier
  from billing.audit_line as lines
  join rules.billing_telehealth_modifier as sign
    on lines.modifiers like concat('% ', sign.modifier, ' %') and lines.service_date >= sign.valid_from
    and (sign.valid_to is null or lines.service_date < sign.valid_to)
  group by lines.source_id, lines.claim_id, lines.claim_line_number
),
excepted as (
  select distinct lines.source_id, lines.claim_id, lines.claim_line_number
  from billing.audit_line as lines
  join rules.billing_telehealth_place_exception as exempt
    on lines.service_date >= exempt.valid_from
    and (exempt.valid_to is null or lines.service_date < exempt.valid_to)
    and ((exempt.sign = 'place' and exempt.code = lines.place_of_service_code)
      or (exempt.sign = 'modifier' and lines.modifiers like concat('% ', exempt.code, ' %')))
),
period as (
  select min(valid_from) as since from rules.billing_telehealth_place
),
remote as (
  select
    lines.*, marked.modifier, place.patient_at, unpayable.hcpcs_code as unpayable_code,
    excepted.claim_id is not null as excepted, lines.service_date >= period.since as place_required,
    flexibility.value as flexibility, coalesce(code.service_line, '') as service_line
  from billing.audit_line as lines
  cross join period
  left join marked
    on marked.source_id = lines.source_id and marked.claim_id = lines.claim_id
    and marked.claim_line_number = lines.claim_line_number
  left join excepted
    on excepted.source_id = lines.source_id and excepted.claim_id = lines.claim_id
    and excepted.claim_line_number = lines.claim_line_number
  left join rules.billing_telehealth_place as place
    on place.place_of_service_code = lines.place_of_service_code and lines.service_date >= place.valid_from
    and (place.valid_to is null or lines.service_date < place.valid_to)
  left join rules.billing_telehealth_unpayable_code as unpayable
    on unpayable.hcpcs_code = lines.hcpcs_code and lines.service_date >= unpayable.valid_from
    and (unpayable.valid_to is null or lines.service_date < unpayable.valid_to)
  left join rules.virtual_care_flexibility as flexibility
    on lines.service_date >= flexibility.valid_from
    and (flexibility.valid_to is null or lines.service_date < flexibility.valid_to)
  left join rules.virtual_care_visit_code as code on code.hcpcs_code = lines.hcpcs_code
  where marked.modifier is not null or place.patient_at is not null or unpayable.hcpcs_code is not null
),
listed_year as (
  select distinct year from reference.telehealth_code
),
found as (
  select remote.*, 'telehealth_code_not_payable' as kind, 'sure' as certainty
  from remote
  where unpayable_code is not null
  union all
  select remote.*, 'telehealth_place_missing', 'sure'
  from remote
  where unpayable_code is null and modifier is not null and patient_at is null and place_required and not excepted
  union all
  -- said only of a year whose list is installed
  select remote.*, 'telehealth_not_listed', 'sure'
  from remote
  join listed_year on listed_year.year = cx_year_of(remote.service_date)
  left join (select distinct year, hcpcs_code from reference.telehealth_code) as listed
    on listed.year = listed_year.year and listed.hcpcs_code = remote.hcpcs_code
  where listed.hcpcs_code is null and remote.unpayable_code is null
  union all
  -- away from home a rural facility may still be the originating site
  select remote.*, 'telehealth_lapsed', case when patient_at = 'home' then 'sure' else 'review' end
  from remote
  where flexibility = 'ended' and unpayable_code is null and service_line <> 'behavioral_health'
)
select
  concat_ws('|', lines.kind, lines.source_id, lines.claim_id, cast(lines.claim_line_number as varchar)) as finding_id,
  said.audit, lines.kind,
  case when lines.draft or lines.certainty <> 'sure' or lines.kind = 'telehealth_place_missing' then 'at_risk'
    else 'paid_in_error' end as direction,
  lines.person_id, lines.npi, lines.tin, lines.source_id, lines.claim_id, lines.claim_line_number,
  cast(null as varchar) as other_claim_id, cast(null as integer) as other_claim_line_number,
  cast(null as varchar) as other_npi, lines.service_date, cast(null as date) as other_service_date, lines.month,
  lines.hcpcs_code, cast(null as varchar) as other_hcpcs_code, lines.allowed_amount as dollars,
  lines.paid_amount as paid_dollars, said.rule, said.cite, said.todo, lines.certainty
from found as lines
join rules.billing_finding_kind as said
  on said.kind = lines.kind and lines.service_date >= said.valid_from
  and (said.valid_to is null or lines.service_date < said.valid_to)
