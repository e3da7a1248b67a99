-- makes: one row per ACO, practice and clinician of the run's answer, and what Shared Savings rules say by claims: people, and the
--        charges that decided
-- reads: attribution.mssp, attribution.person
select
  person.aco_id, person.tin, person.npi, said.method, said.entity_kind, said.step, said.reason_code,
  min(said.reason) as reason, bool_and(said.window_covered) as window_covered, count(*) as people,
  sum(said.allowed_charges) as charges,
  count(*) filter (where said.entity_kind = 'aco' and said.loss_risk >= 0.5) as people_leaning_away,
  sum(said.loss_risk) as loss_risk
from attribution.mssp as said
left join attribution.person as person on person.person_id = said.person_id
group by person.aco_id, person.tin, person.npi, said.method, said.entity_kind, said.step, said.reason_code
