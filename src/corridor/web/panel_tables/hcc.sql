-- makes: one row per ACO, practice, clinician, risk model and condition category: people who have it, and its weight
-- reads: population.hcc, attribution.person
select
  person.aco_id, person.tin, person.npi, hcc.model, hcc.payment_year, hcc.hcc, hcc.label, hcc.chronic, count(*) as people,
  sum(hcc.coefficient) as coefficient
from population.hcc as hcc
left join attribution.person as person on person.person_id = hcc.person_id
group by all
