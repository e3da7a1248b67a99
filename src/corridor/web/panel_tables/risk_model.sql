-- makes: one row per ACO, practice, clinician, risk model and payment year: people, scores, conditions counted
-- reads: population.risk_score, attribution.person
select
  person.aco_id, person.tin, person.npi, score.model, score.payment_year, score.coefficient_status, count(*) as people,
  sum(score.raw_score) as raw_score, sum(score.payment_score) as payment_score, sum(score.hccs) as hccs
from population.risk_score as score
left join attribution.person as person on person.person_id = score.person_id
group by all
