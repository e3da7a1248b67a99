-- makes: one row per billing audit, kind of finding, direction, certainty, month, practice and clinician: findings, dollars, and
--        what of the dollars stands on a claim line that another finding of the direction names too
-- reads: billing.finding
with billed as (
  select *,
    row_number() over (
      partition by direction, source_id, claim_id, claim_line_number order by dollars desc nulls last, finding_id
    ) as place
  from billing.finding
  where claim_id is not null and direction in ('paid_in_error', 'at_risk')
),
every as (
  select audit, kind, direction, certainty, month, tin, npi, person_id, dollars, paid_dollars, place from billed
  union all
  select audit, kind, direction, certainty, month, tin, npi, person_id, dollars, paid_dollars, 1 as place
  from billing.finding
  where direction <> 'no_finding' and (claim_id is null or direction not in ('paid_in_error', 'at_risk'))
)
select
  audit, kind, direction, certainty, month, tin, npi, count(*) as findings, count(distinct person_id) as people,
  count(*) filter (where dollars is null) as without_amount, coalesce(sum(dollars), 0) as dollars,
  coalesce(sum(paid_dollars), 0) as paid_dollars,
  coalesce(sum(dollars) filter (where place > 1), 0) as again_dollars
from every
group by all
