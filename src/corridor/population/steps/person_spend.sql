-- step:      population.person_spend
-- makes:     one row per person and month with a claim: expenditure in all and by category of service, what was
--            paid, and what Part D paid. Straight from the claims and without standardized amounts, whose prices
--            move with every stay loaded: what is made here changes in the months that changed, and no others
-- key:       person_id, month
-- reads:     claims.medical_claim, claims.pharmacy_claim, population.service_code
-- rules:     claims.claim_setting, population.setting_category, population.revenue_center_category,
--            population.sequestration_added_back
-- cites:     42 CFR 425.605(a), 425.672; docs/population.md
-- evidence:  population.claim_line(person_id, month)
-- partition: service_month
with sorted as (
  select
    lines.person_id, lines.service_month,
    coalesce(
      case when revenue.before_code and kind.coded then revenue.service_category end,
      case when kind.coded then code.service_category end,
      case when kind.coded then revenue.service_category end,
      number.service_category, kind.service_category, 'other'
    ) as service_category,
    coalesce(lines.paid_amount, 0) as paid,
    case
      when code.suspect then 0
      else coalesce(lines.paid_amount, 0) - coalesce(lines.add_on_amount, 0)
        + case when added.value then coalesce(lines.sequestration_amount, 0) else 0 end
    end as expenditure
  from claims.medical_claim as lines
  cross join rules.population_sequestration_added_back as added
  left join rules.claims_claim_setting as setting on setting.claim_type_code = lines.claim_type_code
  left join rules.population_setting_category as kind on kind.setting = coalesce(setting.setting, 'other')
  left join rules.population_revenue_center_category as revenue
    on revenue.revenue_center_code = lines.revenue_center_code
  left join population.service_code as code
    on code.code_system = 'hcpcs' and code.code = lines.hcpcs_code and code.service_month = lines.service_month
  left join population.service_code as number
    on number.code_system = 'ccn' and number.code = lines.facility_ccn
    and number.service_month = lines.service_month and setting.setting = 'inpatient'
  union all
  select
    person_id, service_month, 'part_d_drug' as service_category, coalesce(paid_amount, 0) as paid,
    0 as expenditure
  from claims.pharmacy_claim
),
summed as (
  select
    person_id, service_month, service_category, count(*) as lines,
    cast(sum(paid) as decimal(18, 2)) as paid, cast(sum(expenditure) as decimal(18, 2)) as expenditure
  from sorted
  where person_id is not null
  group by person_id, service_month, service_category
)
select
  person_id, service_month as month, cast(sum(expenditure) as decimal(18, 2)) as expenditure,
  cast(sum(paid) as decimal(18, 2)) as paid,
  cast(sum(case when service_category = 'part_d_drug' then paid else 0 end) as decimal(18, 2)) as part_d_paid,
  cast(sum(case when service_category = 'inpatient' then expenditure else 0 end) as decimal(18, 2)) as inpatient_amount,
  cast(sum(case when service_category = 'skilled_nursing' then expenditure else 0 end) as decimal(18, 2)) as skilled_nursing_amount,
  cast(sum(case when service_category = 'inpatient_rehabilitation' then expenditure else 0 end) as decimal(18, 2)) as inpatient_rehabilitation_amount,
  cast(sum(case when service_category = 'long_term_care_hospital' then expenditure else 0 end) as decimal(18, 2)) as long_term_care_hospital_amount,
  cast(sum(case when service_category = 'home_health' then expenditure else 0 end) as decimal(18, 2)) as home_health_amount,
  cast(sum(case when service_category = 'hospice' then expenditure else 0 end) as decimal(18, 2)) as hospice_amount,
  cast(sum(case when service_category = 'outpatient' then expenditure else 0 end) as decimal(18, 2)) as outpatient_amount,
  cast(sum(case when service_category = 'emergency' then expenditure else 0 end) as decimal(18, 2)) as emergency_amount,
  cast(sum(case when service_category = 'professional' then expenditure else 0 end) as decimal(18, 2)) as professional_amount,
  cast(sum(case when service_category = 'imaging' then expenditure else 0 end) as decimal(18, 2)) as imaging_amount,
  cast(sum(case when service_category = 'laboratory' then expenditure else 0 end) as decimal(18, 2)) as laboratory_amount,
  cast(sum(case when service_category = 'part_b_drug' then expenditure else 0 end) as decimal(18, 2)) as part_b_drug_amount,
  cast(sum(case when service_category = 'dme' then expenditure else 0 end) as decimal(18, 2)) as dme_amount,
  cast(sum(case when service_category = 'ambulance' then expenditure else 0 end) as decimal(18, 2)) as ambulance_amount,
  cast(sum(case when service_category = 'part_d_drug' then paid else 0 end) as decimal(18, 2)) as part_d_drug_amount,
  cast(sum(case when service_category = 'other' then expenditure else 0 end) as decimal(18, 2)) as other_amount,
  cast(sum(lines) as bigint) as lines, service_month
from summed
group by person_id, service_month
