-- makes: one row per ACO, practice, clinician (those who answer for the people), kind of advanced imaging and year
-- reads: measures.imaging_service, attribution.person
select
  person.aco_id, person.tin, person.npi, service.modality, service.month // 100 as year,
  count(distinct service.person_id) as people, count(*) as services, sum(service.expenditure_amount) as expenditure
from measures.imaging_service as service
left join attribution.person as person on person.person_id = service.person_id
group by all
