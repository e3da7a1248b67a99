-- step:      population.month_spend
-- makes:     one row per month, enrolment type and category of service: member months and expenditure of the months
--            that count; total is Parts A and B, without Part D
-- key:       month, enrollment_type, service_category
-- reads:     population.member_month
-- rules:     population.service_category
-- cites:     42 CFR 425.605(a); docs/population.md
-- evidence:  population.member_month(month, enrollment_type)
-- partition: service_month
with grouped as (
  select
    month, service_month, year, coalesce(enrollment_type, 'unknown') as enrollment_type, count(*) as member_months,
    sum(case when basis = 'current_status_carried_back' then 1 else 0 end) as carried_back_months,
    sum(expenditure) as expenditure,
    sum(inpatient_amount) as inpatient_amount,
    sum(skilled_nursing_amount) as skilled_nursing_amount,
    sum(inpatient_rehabilitation_amount) as inpatient_rehabilitation_amount,
    sum(long_term_care_hospital_amount) as long_term_care_hospital_amount,
    sum(home_health_amount) as home_health_amount,
    sum(hospice_amount) as hospice_amount,
    sum(outpatient_amount) as outpatient_amount,
    sum(emergency_amount) as emergency_amount,
    sum(professional_amount) as professional_amount,
    sum(imaging_amount) as imaging_amount,
    sum(laboratory_amount) as laboratory_amount,
    sum(part_b_drug_amount) as part_b_drug_amount,
    sum(dme_amount) as dme_amount,
    sum(ambulance_amount) as ambulance_amount,
    sum(part_d_drug_amount) as part_d_drug_amount,
    sum(other_amount) as other_amount
  from population.member_month
  group by month, service_month, year, coalesce(enrollment_type, 'unknown')
)
select
  grouped.month, grouped.enrollment_type, category.service_category, grouped.year, grouped.member_months,
  cast(grouped.carried_back_months as bigint) as carried_back_months,
  cast(case category.service_category
    when 'inpatient' then grouped.inpatient_amount
    when 'skilled_nursing' then grouped.skilled_nursing_amount
    when 'inpatient_rehabilitation' then grouped.inpatient_rehabilitation_amount
    when 'long_term_care_hospital' then grouped.long_term_care_hospital_amount
    when 'home_health' then grouped.home_health_amount
    when 'hospice' then grouped.hospice_amount
    when 'outpatient' then grouped.outpatient_amount
    when 'emergency' then grouped.emergency_amount
    when 'professional' then grouped.professional_amount
    when 'imaging' then grouped.imaging_amount
    when 'laboratory' then grouped.laboratory_amount
    when 'part_b_drug' then grouped.part_b_drug_amount
    when 'dme' then grouped.dme_amount
    when 'ambulance' then grouped.ambulance_amount
    when 'part_d_drug' then grouped.part_d_drug_amount
    when 'other' then grouped.other_amount
    else 0
  end as decimal(18, 2)) as expenditure,
  grouped.service_month
from grouped
cross join rules.population_service_category as category
union all
select
  month, enrollment_type, 'total' as service_category, year, member_months,
  cast(carried_back_months as bigint) as carried_back_months, cast(expenditure as decimal(18, 2)) as expenditure,
  service_month
from grouped
