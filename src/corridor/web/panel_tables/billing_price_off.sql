-- makes: one row per claim line whose allowed amount is furthest from the fee schedule, the thousand furthest of a practice
-- reads: billing.price
with least as (
  -- the thousandth furthest of each practice: all lines of a large run are looked at in two columns, and few are sorted
  select tin, list_min(max(abs(difference), 1000)) as difference
  from billing.price
  where status = 'priced' and abs(difference) > 1
  group by tin
)
select
  row_number() over (order by abs(difference) desc, source_id, claim_id, claim_line_number) as place,
  left(md5(concat_ws('|', source_id, claim_id, claim_line_number)), 16) as line_key, *
from (
  select
    line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.npi, line.tin, line.service_date,
    line.hcpcs_code, line.units, line.setting, line.mac, line.locality, line.rvu_edition, line.gpci_edition,
    line.multiple_procedure_factor, line.bilateral_factor, line.expected_allowed_amount, line.allowed_amount,
    line.paid_amount, line.difference, line.service_month
  from billing.price as line
  join least on least.tin is not distinct from line.tin
  where line.status = 'priced' and abs(line.difference) > 1 and abs(line.difference) >= least.difference
  qualify row_number() over (
    partition by line.tin order by abs(line.difference) desc, line.source_id, line.claim_id, line.claim_line_number
  ) <= 1000
)
order by place
