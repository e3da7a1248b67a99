-- makes: one row per finding of a billing audit in the order a reader takes them up: the sure ones first, among equals the most
--        dollars; ``finding_key`` names it in addresses, where no claim and no person may stand
-- reads: billing.finding
select
  row_number() over (
    order by case when certainty = 'sure' then 0 else 1 end, dollars desc nulls last, kind, month desc, npi, finding_id
  ) as place,
  left(md5(finding_id), 16) as finding_key, *
from billing.finding
where direction <> 'no_finding'
order by place
