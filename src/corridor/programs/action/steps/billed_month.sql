-- step:      action.billed_month
-- makes:     one row per action of the kinds whose gain is billed under codes of its own, and month in which such codes
--            were billed: what they allowed, and the first and last month that are loaded
-- key:       action_id, month
-- reads:     billing.audit_line
-- rules:     action.kind, primary_care.apcm_code, billing.g2211_code, primary_care.program_month_code
-- cites:     docs/next-best.md
-- evidence:  billing.audit_line(npi, tin, month, hcpcs_code)
-- owner:     tin, npi
with code as (
  select distinct 'billing:apcm_missed:missed' as action, hcpcs_code from rules.primary_care_apcm_code
  union
  select distinct 'billing:g2211_missed:missed', hcpcs_code from rules.billing_g2211_code
  union
  select distinct concat('billing:', said.kind), named.hcpcs_code
  from rules.primary_care_program_month_code as named
  join rules.action_kind as said on said.kind = concat('care_', named.program)
),
summed as (
  select line.npi, line.tin, line.month, line.hcpcs_code, count(*) as items, sum(line.allowed_amount) as dollars
  from billing.audit_line as line
  where line.npi is not null and line.tin is not null and line.hcpcs_code in (select hcpcs_code from code)
  group by line.npi, line.tin, line.month, line.hcpcs_code
),
loaded as (
  select min(month) as first_month, max(month) as last_month from billing.audit_line
)
select
  concat_ws(':', code.action, summed.npi, summed.tin) as action_id, summed.npi, summed.tin, summed.month, loaded.first_month, loaded.last_month,
  cast(sum(summed.items) as bigint) as items, cast(sum(summed.dollars) as decimal(18, 2)) as dollars
from summed
join code on code.hcpcs_code = summed.hcpcs_code
cross join loaded
group by
  concat_ws(':', code.action, summed.npi, summed.tin), summed.npi, summed.tin, summed.month, loaded.first_month, loaded.last_month
