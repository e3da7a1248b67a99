-- step:      measures.virtual_visit
-- makes:     one row per line of a visit or contact that can be counted as virtual or in person: how it was done,
--            and what the law of the day said of telehealth
-- key:       source_id, claim_id, claim_line_number
-- reads:     population.claim_line
-- rules:     virtual_care.visit_code, virtual_care.flexibility
-- cites:     primary-care code notes E.3 to E.5; docs/virtual-care.md
-- evidence:  population.claim_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
-- partition: service_month
select
  lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.service_date, lines.month,
  lines.npi, lines.tin, code.service_line, lines.hcpcs_code,
  case
    when lines.virtual_mode is not null then lines.virtual_mode
    when code.virtual_only then 'other'
    else 'in_person'
  end as mode,
  lines.virtual_mode is not null or code.virtual_only as is_virtual,
  flexibility.value as flexibility,
  lines.allowed_amount, lines.paid_amount, lines.service_month
from population.claim_line as lines
join rules.virtual_care_visit_code as code on code.hcpcs_code = lines.hcpcs_code
left join rules.virtual_care_flexibility as flexibility
  on lines.service_date >= flexibility.valid_from
  and (flexibility.valid_to is null or lines.service_date < flexibility.valid_to)
where lines.part = 'B'
