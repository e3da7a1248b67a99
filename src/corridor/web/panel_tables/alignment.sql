-- makes: one row per ACO, practice and clinician of the run's answer, and what ACO REACH rules say by claims: people, and the charges
--        that decided
-- reads: attribution.reach, attribution.person
select
  person.aco_id, person.tin, person.npi, said.method, said.entity_kind, said.entity_id, said.step, said.reason_code,
  min(said.reason) as reason, bool_or(said.is_trial) as is_trial, bool_and(said.window_covered) as window_covered,
  count(*) as people, sum(said.allowed_charges) as charges
from attribution.reach as said
left join attribution.person as person on person.person_id = said.person_id
group by person.aco_id, person.tin, person.npi, said.method, said.entity_kind, said.entity_id, said.step, said.reason_code
