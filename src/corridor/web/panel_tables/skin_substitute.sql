-- makes: one row per skin substitute, practice, clinician, setting and month: units, area, allowed and paid amounts, flat amount
-- reads: billing.skin_substitute
select
  hcpcs_code, product_kind, tin, npi, setting, month, count(distinct person_id) as people, count(*) as lines,
  sum(units) as units, sum(applied_area) as applied_area, sum(discarded_area) as discarded_area,
  sum(allowed_amount) as allowed_amount, sum(paid_amount) as paid_amount, sum(flat_amount) as flat_amount
from billing.skin_substitute
group by all
