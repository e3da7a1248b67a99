-- step:      measures.device_spend
-- makes:     one row per category of device or supply, HCPCS code, clinician and practice in the measured year:
--            lines, people, units, dollars; skin substitutes stand apart
-- key:       category, hcpcs_code, npi, tin
-- reads:     population.claim_line, run.setting
-- rules:     performance.device_code
-- cites:     docs/money.md
-- evidence:  population.claim_line(hcpcs_code, npi, tin)
-- owner:     tin, npi
with code as (
  select seen.hcpcs_code, min(range.category) as category
  from (select distinct hcpcs_code from population.claim_line where hcpcs_code >= 'A') as seen
  cross join run.setting as setting
  join rules.performance_device_code as range
    on seen.hcpcs_code between range.first_code and range.last_code
    and range.first_year <= setting.data_year
    and (range.last_year is null or range.last_year >= setting.data_year)
  group by seen.hcpcs_code
)
select
  code.category, line.hcpcs_code, line.npi, line.tin, count(*) as lines, count(distinct line.person_id) as people,
  sum(coalesce(line.quantity, 0)) as units, cast(sum(line.paid_amount) as decimal(18, 2)) as paid_amount,
  cast(sum(line.expenditure_amount) as decimal(18, 2)) as expenditure_amount,
  cast(sum(line.allowed_amount) as decimal(18, 2)) as allowed_amount,
  cx_divide(sum(line.paid_amount), sum(coalesce(line.quantity, 0))) as paid_per_unit
from population.claim_line as line
join code on code.hcpcs_code = line.hcpcs_code
join run.setting as setting on cx_year_of(line.service_date) = setting.data_year
group by code.category, line.hcpcs_code, line.npi, line.tin
