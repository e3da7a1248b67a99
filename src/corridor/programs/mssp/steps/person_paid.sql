-- step:      mssp.person_paid
-- makes:     one row per ACO, assigned person, month of service that counts and month of payment: the expenditure
--            paid then, and what was taken out of payments for it. A line without a date of payment counts as paid in
--            the month of service
-- key:       aco_id, person_id, month, paid_month
-- reads:     mssp.person_month, population.claim_line, claims.medical_claim
-- cites:     42 CFR 425.605(a) (run-out); docs/aco.md
-- evidence:  population.claim_line(person_id, month)
-- owner:     aco_id
-- partition: service_month
with dated as (
  select
    lines.person_id, lines.service_month, lines.expenditure_amount, lines.paid_amount,
    coalesce(claim.add_on_amount, 0) as add_on_amount,
    coalesce(claim.sequestration_amount, 0) as sequestration_amount,
    case
      when claim.paid_date is null or cx_is_missing_date(claim.paid_date) then lines.service_month
      else greatest(cx_month_of(claim.paid_date), lines.service_month)
    end as paid_month
  from population.claim_line as lines
  join claims.medical_claim as claim
    on claim.source_id = lines.source_id and claim.claim_id = lines.claim_id
    and claim.claim_line_number = lines.claim_line_number and claim.service_month = lines.service_month
  where lines.part <> 'D' and lines.person_id is not null
    and (lines.expenditure_amount <> 0 or lines.paid_amount <> 0)
)
select
  member.aco_id, member.person_id, member.month, cast(dated.paid_month as integer) as paid_month, member.year,
  cast(sum(dated.expenditure_amount) as decimal(18, 2)) as expenditure,
  cast(sum(dated.paid_amount) as decimal(18, 2)) as paid,
  cast(sum(dated.add_on_amount) as decimal(18, 2)) as add_on_amount,
  cast(sum(dated.sequestration_amount) as decimal(18, 2)) as sequestration_amount,
  dated.service_month
from mssp.person_month as member
join dated on dated.person_id = member.person_id and dated.service_month = member.month
group by member.aco_id, member.person_id, member.month, dated.paid_month, member.year, dated.service_month
