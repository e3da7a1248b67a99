-- makes: one row per ACO, practice, clinician (those who answer for the people), hospital and cohort: index stays, readmitted
-- reads: measures.readmission, attribution.person
select
  person.aco_id, person.tin, person.npi, stay.facility_ccn, stay.specialty_cohort,
  count(distinct stay.person_id) as people, count(*) as index_stays, count(*) filter (where stay.readmitted) as readmitted
from measures.readmission as stay
left join attribution.person as person on person.person_id = stay.person_id
where stay.index_stay
group by all
