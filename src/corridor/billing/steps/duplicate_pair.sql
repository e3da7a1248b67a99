-- step:      billing.duplicate_pair
-- makes:     one row per line that repeats another in person, clinician, day, code, modifiers, place, units and amount,
--            with the line it repeats: the first of them
-- key:       source_id, claim_id, claim_line_number
-- reads:     billing.audit_line
-- rules:     billing.repeat_modifier, primary_care.care_management_code
-- cites:     Medicare Claims Processing Manual ch. 1 sec. 120; docs/audits.md
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- partition: service_month
with counted as (
  select
    person_id, npi, service_date, hcpcs_code, modifiers, place_of_service_code, units, allowed_amount, service_month
  from billing.audit_line
  group by person_id, npi, service_date, hcpcs_code, modifiers, place_of_service_code, units, allowed_amount,
    service_month
  having count(*) > 1
),
explained as (
  select distinct counted.modifiers
  from counted
  join rules.billing_repeat_modifier as sign on counted.modifiers like concat('% ', sign.modifier, ' %')
),
repeated as (
  select
    lines.*,
    -- codes of further time stand once for each unit of it
    case when more.hcpcs_code is null and lines.npi is not null then 'sure' else 'review' end as certainty,
    row_number() over (
      partition by lines.person_id, lines.npi, lines.service_date, lines.hcpcs_code, lines.modifiers,
        lines.place_of_service_code, lines.units, lines.allowed_amount, lines.service_month
      order by lines.source_id, lines.claim_id, lines.claim_line_number
    ) as place
  from billing.audit_line as lines
  join counted
    on counted.person_id = lines.person_id and coalesce(counted.npi, '') = coalesce(lines.npi, '')
    and counted.service_date = lines.service_date and counted.hcpcs_code = lines.hcpcs_code
    and counted.modifiers = lines.modifiers
    and coalesce(counted.place_of_service_code, '') = coalesce(lines.place_of_service_code, '')
    and coalesce(counted.units, 0) = coalesce(lines.units, 0)
    and coalesce(counted.allowed_amount, 0) = coalesce(lines.allowed_amount, 0)
    and counted.service_month = lines.service_month
  left join explained on explained.modifiers = lines.modifiers
  left join rules.primary_care_care_management_code as more
    on more.hcpcs_code = lines.hcpcs_code and more.role = 'more'
    and lines.service_date >= more.valid_from and (more.valid_to is null or lines.service_date < more.valid_to)
  where explained.modifiers is null
)
select
  lines.source_id, lines.claim_id, lines.claim_line_number, kept.source_id as other_source_id,
  kept.claim_id as other_claim_id, kept.claim_line_number as other_claim_line_number, lines.certainty,
  lines.service_month
from repeated as lines
join repeated as kept
  on kept.person_id = lines.person_id and coalesce(kept.npi, '') = coalesce(lines.npi, '')
  and kept.service_date = lines.service_date and kept.hcpcs_code = lines.hcpcs_code
  and kept.modifiers = lines.modifiers
  and coalesce(kept.place_of_service_code, '') = coalesce(lines.place_of_service_code, '')
  and coalesce(kept.units, 0) = coalesce(lines.units, 0)
  and coalesce(kept.allowed_amount, 0) = coalesce(lines.allowed_amount, 0)
  and kept.service_month = lines.service_month and kept.place = 1
where lines.place > 1
