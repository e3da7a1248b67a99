-- step:      billing.prior_auth_exposure
-- makes:     one row per state, code, clinician, practice, year and answer: services and dollars the WISeR model asks
--            for, or would ask for if it had been active (claims of before 2026)
-- key:       state, hcpcs_code, npi, tin, service_year, result, is_active
-- reads:     billing.prior_auth_line
-- cites:     90 FR 28749; wiser.md section 7; docs/prior-authorization.md
-- evidence:  billing.prior_auth_line(state, hcpcs_code, npi, tin)
-- owner:     tin, npi
with service as (
  -- the facility's and the professional's line of one service are one service, and both their dollars
  select
    coalesce(state, 'unknown') as state, hcpcs_code, npi, tin, cx_year_of(service_date) as service_year,
    result_when_active as result, is_active, family, reviewed_by, setting, person_id, service_date, allowed_amount, paid_amount
  from billing.prior_auth_line
  where result_when_active in ('PA_RECOMMENDED', 'NEEDS_REVIEW', 'LIKELY_OUT', 'POSTPONED')
)
select
  state, hcpcs_code, coalesce(npi, 'unknown') as npi, coalesce(tin, 'unknown') as tin, service_year, result, is_active,
  min(family) as family, min(reviewed_by) as reviewed_by, count(*) as lines,
  count(distinct concat_ws('|', cast(person_id as varchar), cast(service_date as varchar))) as services,
  count(distinct person_id) as people, cast(sum(allowed_amount) as decimal(18, 2)) as dollars,
  cast(sum(coalesce(paid_amount, 0)) as decimal(18, 2)) as paid_dollars
from service
group by state, hcpcs_code, coalesce(npi, 'unknown'), coalesce(tin, 'unknown'), service_year, result, is_active
