-- step:      billing.g2211_visit
-- makes:     one row per visit the visit-complexity add-on can go with: whether it could on that day, whether modifier 25
--            bars it, and whether every other service of the day is preventive
-- key:       source_id, claim_id, claim_line_number
-- reads:     billing.audit_line
-- rules:     billing.g2211_base, billing.g2211_code, billing.g2211_blocking_modifier, billing.g2211_preventive,
--            billing.g2211_untriggering_prefix, billing.g2211_trigger, billing.g2211_excluded_place
-- cites:     CMS Transmittal 13015 as cited; primary-care code notes E.1
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with ever as (
  select hcpcs_code, min(setting) as setting
  from rules.billing_g2211_base
  group by hcpcs_code
),
visit as (
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.npi, lines.tin,
    lines.service_date, lines.month, lines.hcpcs_code, lines.modifiers, lines.place_of_service_code,
    lines.draft, ever.setting, base.hcpcs_code is not null as can_carry,
    place.place_of_service_code is not null as excluded_place
  from billing.audit_line as lines
  join ever on ever.hcpcs_code = lines.hcpcs_code
  left join rules.billing_g2211_base as base
    on base.hcpcs_code = lines.hcpcs_code and lines.service_date >= base.valid_from
    and (base.valid_to is null or lines.service_date < base.valid_to)
  left join rules.billing_g2211_excluded_place as place
    on place.place_of_service_code = lines.place_of_service_code and lines.service_date >= place.valid_from
    and (place.valid_to is null or lines.service_date < place.valid_to)
),
marked as (
  select distinct
    visit.source_id, visit.claim_id, visit.claim_line_number, visit.person_id, visit.npi, visit.tin,
    visit.service_date
  from visit
  join rules.billing_g2211_blocking_modifier as sign
    on visit.modifiers like concat('% ', sign.modifier, ' %') and visit.service_date >= sign.valid_from
    and (sign.valid_to is null or visit.service_date < sign.valid_to)
),
-- before the exception any other service bars
excepted as (
  select min(valid_from) as since
  from rules.billing_g2211_preventive
),
-- what was done beside the visit: tests, drugs and supplies ask for no modifier 25
beside as (
  select distinct
    marked.source_id, marked.claim_id, marked.claim_line_number, others.hcpcs_code,
    preventive.hcpcs_code is not null as is_preventive,
    preventive.hcpcs_code is null
      and (sign.first_code is not null or others.service_date < excepted.since) as is_trigger
  from marked
  join billing.audit_line as others
    on others.person_id = marked.person_id and others.service_date = marked.service_date
    and (others.npi = marked.npi or others.tin = marked.tin)
  cross join excepted
  left join ever on ever.hcpcs_code = others.hcpcs_code
  left join rules.billing_g2211_code as addon on addon.hcpcs_code = others.hcpcs_code
  left join rules.billing_g2211_preventive as preventive
    on preventive.hcpcs_code = others.hcpcs_code and others.service_date >= preventive.valid_from
    and (preventive.valid_to is null or others.service_date < preventive.valid_to)
  -- codes of neither kind may be preventive services that our list lacks
  left join rules.billing_g2211_trigger as sign
    on others.hcpcs_code between sign.first_code and sign.last_code
  left join rules.billing_g2211_untriggering_prefix as quiet
    on others.hcpcs_code like concat(quiet.prefix, '%')
  where ever.hcpcs_code is null and addon.hcpcs_code is null
    and (quiet.prefix is null or preventive.hcpcs_code is not null)
),
counted as (
  select
    source_id, claim_id, claim_line_number, count(*) as services,
    sum(case when is_preventive then 1 else 0 end) as preventive_services,
    sum(case when is_trigger then 1 else 0 end) as triggers,
    coalesce(min(case when is_trigger then hcpcs_code end), min(case when not is_preventive then hcpcs_code end))
      as barring_code
  from beside
  group by source_id, claim_id, claim_line_number
)
select
  visit.source_id, visit.claim_id, visit.claim_line_number, visit.person_id, visit.npi, visit.tin,
  visit.service_date, visit.month, visit.hcpcs_code, visit.place_of_service_code, visit.draft, visit.setting,
  visit.can_carry, visit.excluded_place, marked.claim_id is not null as has_modifier_25,
  cast(coalesce(counted.services, 0) as integer) as other_services, counted.barring_code,
  marked.claim_id is not null and (
    counted.services is null or counted.services > counted.preventive_services
  ) as barred,
  coalesce(counted.triggers, 0) > 0 as surely_barred
from visit
left join marked
  on marked.source_id = visit.source_id and marked.claim_id = visit.claim_id
  and marked.claim_line_number = visit.claim_line_number
left join counted
  on counted.source_id = visit.source_id and counted.claim_id = visit.claim_id
  and counted.claim_line_number = visit.claim_line_number
