-- step:      billing.audit_wellness
-- makes:     one row per finding on wellness visits and on the assessment code G0136: too soon, the first twice,
--            within a year of the welcome visit, the meaning it no longer has
-- key:       finding_id
-- reads:     billing.audit_line, billing.part_b_start
-- rules:     billing.wellness_code, billing.wellness_months, billing.assessment_code, billing.assessment_months,
--            billing.assessment_old_diagnosis, billing.wellness_enrollment_months, billing.finding_kind
-- cites:     CMS RAC topic 0077; CMS Transmittal 2159; 42 CFR 410.15; primary-care code notes E.2
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with visit as (
  select lines.*, code.visit, least_months.value as full_months
  from billing.audit_line as lines
  join rules.billing_wellness_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
  join rules.billing_wellness_months as least_months
    on lines.service_date >= least_months.valid_from
    and (least_months.valid_to is null or lines.service_date < least_months.valid_to)
),
assessment as (
  select lines.*, code.meaning, apart.value as least_months
  from billing.audit_line as lines
  join rules.billing_assessment_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
  join rules.billing_assessment_months as apart
    on lines.service_date >= apart.valid_from and (apart.valid_to is null or lines.service_date < apart.valid_to)
),
paired as (
  -- full months are those between the month of the earlier visit and that of the later
  select
    case
      when lines.visit = 'first' and earlier.visit = 'first' then 'wellness_first_twice'
      when earlier.visit = 'welcome' then 'wellness_after_welcome'
      else 'wellness_too_soon'
    end as kind,
    case
      when lines.visit = 'first' and earlier.visit = 'first' then 0
      when earlier.visit = 'welcome' then 1
      else 1 + 1
    end as weight,
    lines.source_id, lines.claim_id, lines.claim_line_number, earlier.source_id as other_source_id,
    earlier.claim_id as other_claim_id, earlier.claim_line_number as other_claim_line_number, 'sure' as certainty,
    earlier.service_date as other_date
  from visit as lines
  join visit as earlier
    on earlier.person_id = lines.person_id and earlier.service_date < lines.service_date
  where lines.visit <> 'welcome' and (
    (lines.visit = 'first' and earlier.visit = 'first')
    or cx_months_between(earlier.service_date, lines.service_date) <= lines.full_months
  )
  union all
  select
    'wellness_after_welcome', 1, lines.source_id, lines.claim_id, lines.claim_line_number, null, null, null, 'sure',
    begun.start_date
  from visit as lines
  join billing.part_b_start as begun
    on begun.person_id = lines.person_id and begun.start_date <= lines.service_date
  join rules.billing_wellness_enrollment_months as year
    on lines.service_date >= year.valid_from and (year.valid_to is null or lines.service_date < year.valid_to)
  where lines.visit <> 'welcome' and cx_months_between(begun.start_date, lines.service_date)
    - case when day(lines.service_date) < day(begun.start_date) then 1 else 0 end < year.value
  union all
  -- six months are up on the same day of the sixth month after
  select
    'assessment_too_soon', 0, lines.source_id, lines.claim_id, lines.claim_line_number, earlier.source_id,
    earlier.claim_id, earlier.claim_line_number,
    case when earlier.meaning = lines.meaning then 'sure' else 'review' end, earlier.service_date
  from assessment as lines
  join assessment as earlier
    on earlier.person_id = lines.person_id and earlier.service_date < lines.service_date
  where cx_months_between(earlier.service_date, lines.service_date)
    - case when day(lines.service_date) < day(earlier.service_date) then 1 else 0 end < lines.least_months
  union all
  select
    'assessment_old_meaning', 0, lines.source_id, lines.claim_id, lines.claim_line_number, null, null, null,
    'review', lines.service_date
  from assessment as lines
  join rules.billing_assessment_old_diagnosis as old
    on lines.line_diagnosis_code like concat(old.prefix, '%') and lines.service_date >= old.valid_from
    and (old.valid_to is null or lines.service_date < old.valid_to)
),
numbered as (
  -- of a wellness visit one thing is said, of an assessment one of each kind
  select
    paired.*, row_number() over (
      partition by source_id, claim_id, claim_line_number,
        case when kind like 'wellness%' then 'wellness' else kind end
      order by weight, other_date desc, other_source_id, other_claim_id, other_claim_line_number
    ) as place
  from paired
)
select
  concat_ws('|', pairs.kind, lines.source_id, lines.claim_id, cast(lines.claim_line_number as varchar)) as finding_id,
  said.audit, pairs.kind,
  case when lines.draft or pairs.certainty <> 'sure' then 'at_risk' else 'paid_in_error' end as direction,
  lines.person_id, lines.npi, lines.tin, lines.source_id, lines.claim_id, lines.claim_line_number,
  others.claim_id as other_claim_id, others.claim_line_number as other_claim_line_number, others.npi as other_npi,
  lines.service_date, others.service_date as other_service_date, lines.month, lines.hcpcs_code,
  others.hcpcs_code as other_hcpcs_code, lines.allowed_amount as dollars, lines.paid_amount as paid_dollars,
  said.rule, said.cite, said.todo, pairs.certainty
from numbered as pairs
join billing.audit_line as lines
  on lines.source_id = pairs.source_id and lines.claim_id = pairs.claim_id
  and lines.claim_line_number = pairs.claim_line_number
left join billing.audit_line as others
  on others.source_id = pairs.other_source_id and others.claim_id = pairs.other_claim_id
  and others.claim_line_number = pairs.other_claim_line_number
join rules.billing_finding_kind as said
  on said.kind = pairs.kind and lines.service_date >= said.valid_from
  and (said.valid_to is null or lines.service_date < said.valid_to)
where pairs.place = 1
