-- makes: one row per ACO, practice, clinician (those who answer for the people) and month: months of enrollment, expenditure as
--        paid and completed, its square for the interval, and expenditure by category
-- reads: population.member_month, population.completion, attribution.person
select
  person.aco_id, person.tin, person.npi, spent.month, spent.year, count(*) as people, count(*) as member_months,
  sum(spent.expenditure) as expenditure,
  sum(cast(spent.expenditure as double) * coalesce(completion.completion_factor, 1)) as completed,
  sum(power(cast(spent.expenditure as double) * coalesce(completion.completion_factor, 1), 2)) as squared,
  sum(spent.inpatient_amount) as inpatient, sum(spent.skilled_nursing_amount) as skilled_nursing,
  sum(spent.inpatient_rehabilitation_amount) as inpatient_rehabilitation,
  sum(spent.long_term_care_hospital_amount) as long_term_care_hospital, sum(spent.home_health_amount) as home_health,
  sum(spent.hospice_amount) as hospice, sum(spent.outpatient_amount) as outpatient, sum(spent.emergency_amount) as emergency,
  sum(spent.professional_amount) as professional, sum(spent.imaging_amount) as imaging,
  sum(spent.laboratory_amount) as laboratory, sum(spent.part_b_drug_amount) as part_b_drug, sum(spent.dme_amount) as dme,
  sum(spent.ambulance_amount) as ambulance, sum(spent.other_amount) as other
from population.member_month as spent
left join attribution.person as person on person.person_id = spent.person_id
left join population.completion as completion
  on completion.month = spent.month and completion.enrollment_type = spent.enrollment_type
group by all
