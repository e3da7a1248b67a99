-- step:      billing.g2211_relation
-- makes:     one row per visit to a clinician who is the focal point of the person's care, or who treats a serious
--            condition of the person for long, as far as claims can show it
-- key:       source_id, claim_id, claim_line_number
-- reads:     billing.audit_line, billing.g2211_visit, attribution.primary_care_service, attribution.focal_clinician
-- rules:     billing.g2211_relation, billing.g2211_focal_group, billing.g2211_confidence, billing.serious_diagnosis
-- cites:     primary-care code notes E.1 (relationship); docs/audits.md
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with visit as (
  select
    seen.source_id, seen.claim_id, seen.claim_line_number, seen.person_id, seen.npi, seen.tin, seen.service_date,
    care.clinician_group, lines.line_diagnosis_code
  from billing.g2211_visit as seen
  join billing.audit_line as lines
    on lines.source_id = seen.source_id and lines.claim_id = seen.claim_id
    and lines.claim_line_number = seen.claim_line_number
  left join attribution.primary_care_service as care
    on care.source_id = seen.source_id and care.claim_id = seen.claim_id
    and care.claim_line_number = seen.claim_line_number
  where seen.npi is not null
),
counted as (
  select visit.person_id, visit.npi, count(distinct visit.service_date) as visit_days
  from visit
  join rules.billing_g2211_focal_group as kind on kind.clinician_group = visit.clinician_group
  group by visit.person_id, visit.npi
),
shared as (
  select
    counted.person_id, counted.npi, counted.visit_days,
    cx_divide(counted.visit_days, sum(counted.visit_days) over (partition by counted.person_id)) as visit_share
  from counted
),
focal as (
  select shared.person_id, shared.npi
  from shared
  join rules.billing_g2211_relation as least_relation
    on least_relation.relation = 'focal' and shared.visit_days >= least_relation.visit_days
    and shared.visit_share >= least_relation.visit_share
  union
  select focal.person_id, focal.npi
  from attribution.focal_clinician as focal
  join rules.billing_g2211_confidence as enough on enough.confidence = focal.confidence
  where focal.is_primary_specialty
),
serious as (
  select distinct visit.source_id, visit.claim_id, visit.claim_line_number, visit.person_id, visit.npi, visit.service_date
  from visit
  join rules.billing_serious_diagnosis as listed
    on visit.line_diagnosis_code like concat(listed.prefix, '%') and visit.service_date >= listed.valid_from
    and (listed.valid_to is null or visit.service_date < listed.valid_to)
),
treated as (
  select serious.person_id, serious.npi
  from serious
  join rules.billing_g2211_relation as least_relation on least_relation.relation = 'serious_condition'
  group by serious.person_id, serious.npi, least_relation.visit_days
  having count(distinct serious.service_date) >= least_relation.visit_days
)
select
  visit.source_id, visit.claim_id, visit.claim_line_number, visit.person_id, visit.npi, visit.tin, visit.service_date,
  case when focal.npi is not null then 'focal' else 'serious_condition' end as relation
from visit
left join focal on focal.person_id = visit.person_id and focal.npi = visit.npi
left join treated on treated.person_id = visit.person_id and treated.npi = visit.npi
left join serious
  on serious.source_id = visit.source_id and serious.claim_id = visit.claim_id
  and serious.claim_line_number = visit.claim_line_number
where focal.npi is not null or (treated.npi is not null and serious.claim_id is not null)
