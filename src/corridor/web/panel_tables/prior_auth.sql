-- makes: one row per practice, clinician, state, code and answer of the prior authorization model: claim lines with a listed code
-- reads: billing.prior_auth_line
select
  tin, npi, state, hcpcs_code, result, is_active, result_when_active, count(*) as lines,
  count(distinct person_id) as people, sum(allowed_amount) as dollars
from billing.prior_auth_line
group by all
