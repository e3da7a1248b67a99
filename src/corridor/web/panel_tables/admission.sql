-- makes: one row per ACO, practice, clinician (those who answer for the people), hospital, month and kind of stay
-- reads: measures.admission, attribution.person
select
  person.aco_id, person.tin, person.npi, stay.facility_ccn, stay.month, stay.stay_kind, stay.planned,
  count(distinct stay.person_id) as people, count(*) as admissions, sum(stay.days) as days,
  sum(stay.expenditure_amount) as expenditure
from measures.admission as stay
left join attribution.person as person on person.person_id = stay.person_id
group by all
