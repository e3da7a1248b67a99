-- makes: one row per ACO, practice, clinician (those who answer for the people), kind of post-acute care, facility and year
-- reads: measures.utilization_post_acute, attribution.person
select
  person.aco_id, person.tin, person.npi, care.service_category, care.facility_ccn,
  extract(year from care.start_date) as year, count(distinct care.person_id) as people, count(*) as claims,
  sum(care.days) as days, sum(care.expenditure_amount) as expenditure
from measures.utilization_post_acute as care
left join attribution.person as person on person.person_id = care.person_id
group by all
