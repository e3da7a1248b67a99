-- makes: one row per drug code, practice, clinician, setting and quarter: lines, units, what was paid against the payment limit
-- reads: billing.drug_line
select
  hcpcs_code, family, tin, npi, setting, quarter, count(distinct person_id) as people, count(*) as lines,
  sum(units) as units, sum(allowed_amount) as allowed_amount, sum(paid_amount) as paid_amount,
  sum(coalesce(allowed_amount, paid_amount)) filter (where limit_amount is not null) as priced_amount,
  sum(limit_amount) as limit_amount, sum(price_difference) as price_difference,
  count(*) filter (where limit_amount is not null) as priced_lines, sum(add_on_amount) as add_on_amount
from billing.drug_line
group by all
