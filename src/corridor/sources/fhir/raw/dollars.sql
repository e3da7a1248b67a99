-- what the claims of a load paid by file, claim type and month: drug events by line, others by the header of the claim
select
  claim.file_number, case when claim.claim_type = 'pharmacy' then 'part_d' else claim.claim_type_code end as code,
  claim.service_month, count(*) as claims,
  coalesce(sum(coalesce(drug.paid_amount, claim.paid_amount)), 0) as dollars,
  min(claim.claim_start_date) as first_date, max(claim.claim_end_date) as last_date
from $claims as claim
left join (
  select file_number, resource_number, sum(paid_amount) as paid_amount from $drugs group by 1, 2
) as drug
  on drug.file_number = claim.file_number and drug.resource_number = claim.resource_number
group by 1, 2, 3
order by 1, 2, 3
