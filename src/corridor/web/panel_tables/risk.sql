-- makes: one row per ACO, practice, clinician, enrollment type, payment year and band of a tenth of the risk score: people
-- reads: population.risk, attribution.person
select
  person.aco_id, person.tin, person.npi, risk.enrollment_type, risk.payment_year, risk.source,
  round(risk.risk_score, 1) as band, count(*) as people, sum(risk.risk_score) as score, sum(risk.relative_risk) as relative
from population.risk as risk
left join attribution.person as person on person.person_id = risk.person_id
where risk.risk_score is not null
group by all
