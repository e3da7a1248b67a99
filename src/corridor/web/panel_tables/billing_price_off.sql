-- makes: one row per claim line whose allowed amount is furthest from the fee schedule, the thousand furthest of a practice
-- reads: billing.price
select
  row_number() over (order by abs(difference) desc, source_id, claim_id, claim_line_number) as place,
  left(md5(concat_ws('|', source_id, claim_id, claim_line_number)), 16) as line_key, *
from (
  select
    source_id, claim_id, claim_line_number, person_id, npi, tin, service_date, hcpcs_code, units, setting, mac, locality,
    rvu_edition, gpci_edition, multiple_procedure_factor, bilateral_factor, expected_allowed_amount, allowed_amount,
    paid_amount, difference, service_month
  from billing.price
  where status = 'priced' and abs(difference) > 1
  qualify row_number() over (partition by tin order by abs(difference) desc, source_id, claim_id, claim_line_number) <= 1000
)
order by place
