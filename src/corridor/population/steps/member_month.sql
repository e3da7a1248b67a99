-- step:      population.member_month
-- makes:     one row per person and month that counts (Parts A and B, no health plan, alive), with what the month
--            cost: zero where there was no claim
-- key:       person_id, month
-- reads:     population.enrollment_month, population.person_spend
-- cites:     42 CFR 425.605(a); docs/population.md
-- evidence:  population.person_month(person_id, month)
-- partition: service_month
select
  member.person_id, member.month, member.year, member.enrollment_type, member.died, member.age, member.basis,
  coalesce(spend.expenditure, 0) as expenditure, coalesce(spend.paid, 0) as paid,
  coalesce(spend.part_d_paid, 0) as part_d_paid,
  coalesce(spend.inpatient_amount, 0) as inpatient_amount, coalesce(spend.skilled_nursing_amount, 0) as
  skilled_nursing_amount, coalesce(spend.inpatient_rehabilitation_amount, 0) as
  inpatient_rehabilitation_amount, coalesce(spend.long_term_care_hospital_amount, 0) as
  long_term_care_hospital_amount, coalesce(spend.home_health_amount, 0) as home_health_amount,
  coalesce(spend.hospice_amount, 0) as hospice_amount, coalesce(spend.outpatient_amount, 0) as
  outpatient_amount, coalesce(spend.emergency_amount, 0) as emergency_amount,
  coalesce(spend.professional_amount, 0) as professional_amount, coalesce(spend.imaging_amount, 0) as
  imaging_amount, coalesce(spend.laboratory_amount, 0) as laboratory_amount,
  coalesce(spend.part_b_drug_amount, 0) as part_b_drug_amount, coalesce(spend.dme_amount, 0) as dme_amount,
  coalesce(spend.ambulance_amount, 0) as ambulance_amount, coalesce(spend.part_d_drug_amount, 0) as
  part_d_drug_amount, coalesce(spend.other_amount, 0) as other_amount,
  coalesce(spend.lines, 0) as lines, member.service_month
from population.enrollment_month as member
left join population.person_spend as spend
  on spend.person_id = member.person_id and spend.month = member.month
where member.fee_for_service
