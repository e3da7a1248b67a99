-- step:      measures.utilization_post_acute
-- makes:     one row per claim of post-acute care: skilled nursing and inpatient rehabilitation by the days between
--            its first and last day, home health by the days with a visit
-- key:       source_id, claim_id, service_category
-- reads:     population.claim_line, claims.medical_claim
-- rules:     claims.claim_setting
-- cites:     docs/performance.md
-- evidence:  population.claim_line(source_id, claim_id)
with amount as (
  select
    source_id, claim_id, service_category, min(person_id) as person_id, max(facility_ccn) as facility_ccn,
    sum(paid_amount) as paid_amount, sum(expenditure_amount) as expenditure_amount,
    sum(standardized_amount) as standardized_amount
  from population.claim_line
  where post_acute and person_id is not null
  group by source_id, claim_id, service_category
),
claim as (
  select
    lines.source_id, lines.claim_id,
    min(coalesce(lines.claim_start_date, lines.admission_date)) as start_date,
    max(coalesce(lines.claim_end_date, lines.discharge_date)) as end_date,
    min(coalesce(lines.admission_date, lines.claim_start_date)) as admission_date,
    -- a visit of home health is a line with its own revenue centre and day
    count(distinct case when lines.revenue_center_code is not null then lines.claim_line_start_date end) as line_days
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.part = 'A'
  group by lines.source_id, lines.claim_id
)
select
  amount.source_id, amount.claim_id, amount.service_category, amount.person_id, amount.facility_ccn,
  claim.start_date, claim.end_date, claim.admission_date,
  case
    when amount.service_category = 'home_health' then greatest(claim.line_days, 1)
    else greatest(cx_days_between(claim.start_date, claim.end_date), 1)
  end as days,
  amount.paid_amount, amount.expenditure_amount, amount.standardized_amount
from amount
join claim on claim.source_id = amount.source_id and claim.claim_id = amount.claim_id
where claim.start_date is not null
