-- makes: one row per year of service, practice, clinician, code, and whether and why not its lines are priced: lines, what was
--        allowed, what the fee schedule says, and the difference by sign
-- reads: billing.price
select
  extract(year from service_date) as year, tin, npi, hcpcs_code, status, reason, locality_basis, rvu_edition,
  count(*) as lines, count(distinct person_id) as people, sum(units) as units, coalesce(sum(allowed_amount), 0) as allowed_amount,
  coalesce(sum(expected_allowed_amount), 0) as expected_amount,
  count(*) filter (where abs(difference) > 1) as lines_off,
  coalesce(sum(difference) filter (where difference > 0), 0) as over_amount,
  coalesce(sum(difference) filter (where difference < 0), 0) as under_amount
from billing.price
group by all
