-- step:      billing.care_month
-- makes:     one row per person, month, practice, clinician and program: what was billed of it
-- key:       person_id, month, tin, npi, program
-- reads:     billing.care_line
-- cites:     primary-care code notes D.4 to D.7; docs/apcm.md
-- evidence:  billing.care_line(person_id, month, tin, npi, program)
-- owner:     tin, npi
select
  person_id, month, coalesce(tin, 'unknown') as tin, coalesce(npi, 'unknown') as npi, program,
  count(*) as lines, min(hcpcs_code) as first_code, max(hcpcs_code) as last_code, min(service_date) as first_date,
  max(case when role = 'setup' then 1 else 0 end) = 1 as has_setup,
  max(case when role = 'device' then 1 else 0 end) = 1 as has_device,
  max(case when role in ('base', 'time') then 1 else 0 end) = 1 as has_base,
  cast(sum(coalesce(allowed_amount, 0)) as decimal(18, 2)) as allowed_amount,
  cast(sum(coalesce(paid_amount, 0)) as decimal(18, 2)) as paid_amount
from billing.care_line
group by person_id, month, coalesce(tin, 'unknown'), coalesce(npi, 'unknown'), program
