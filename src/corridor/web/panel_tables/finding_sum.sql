-- makes: one row per practice, clinician, audit, kind, direction and certainty: findings of the billing audits and their dollars
-- reads: billing.finding
select
  tin, npi, audit, kind, direction, certainty, count(*) as findings, count(distinct person_id) as people,
  sum(dollars) as dollars
from billing.finding
group by all
