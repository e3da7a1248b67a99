-- step:      billing.audit_remote
-- makes:     one row per line of remote monitoring that the claims do not bear out: a supply again within its period, a
--            supply with no set-up before it, minutes with no supply of a device around them
-- key:       finding_id
-- reads:     billing.care_line, claims.period
-- rules:     primary_care.remote_device_code, primary_care.remote_setup_months, primary_care.finding_kind
-- cites:     primary-care code notes E.6; docs/apcm.md
-- evidence:  billing.care_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with monitoring as (
  select
    line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.service_date, line.npi, line.tin,
    line.hcpcs_code, line.program, line.role, line.month, line.allowed_amount, line.paid_amount
  from billing.care_line as line
  where line.program in ('rpm', 'rtm')
),
numbered as (
  select
    line.*, listed.device_group, listed.period_days,
    row_number() over (
      partition by line.person_id, listed.device_group
      order by line.service_date, line.source_id, line.claim_id, line.claim_line_number
    ) as place
  from monitoring as line
  join rules.primary_care_remote_device_code as listed
    on listed.hcpcs_code = line.hcpcs_code and line.service_date >= listed.valid_from
    and (listed.valid_to is null or line.service_date < listed.valid_to)
),
device as (
  select
    numbered.*, earlier.service_date as before_date, earlier.claim_id as before_claim_id,
    earlier.claim_line_number as before_line, earlier.npi as before_npi, earlier.hcpcs_code as before_code
  from numbered
  left join numbered as earlier
    on earlier.person_id = numbered.person_id and earlier.device_group = numbered.device_group
    and earlier.place = numbered.place - 1
),
-- what came last before a line, by program: set-ups for supplies, supplies for minutes
setup as (
  select
    source_id, claim_id, claim_line_number, role,
    max(case when role = 'setup' then service_date end) over upto as last_setup,
    max(case when role = 'device' then service_date end) over upto as last_device,
    max(case when role = 'device' then month end) over in_month as device_in_month
  from monitoring
  window upto as (partition by person_id, program order by service_date, case when role = 'setup' then 0 else 1 end,
      source_id, claim_id, claim_line_number rows between unbounded preceding and current row),
    in_month as (partition by person_id, program, month)
),
found as (
  -- two codes of one group within a period exclude each other: that pair is the audit of conflicts'
  select
    'remote_monitoring_days' as kind, source_id, claim_id, claim_line_number, before_claim_id as other_claim_id,
    before_line as other_claim_line_number, before_npi as other_npi, before_date as other_service_date,
    before_code as other_hcpcs_code, 'review' as certainty
  from device
  where cx_days_between(before_date, service_date) < period_days and before_code = hcpcs_code
  union all
  select
    'remote_without_setup' as kind, device.source_id, device.claim_id, device.claim_line_number,
    cast(null as varchar) as other_claim_id, cast(null as integer) as other_claim_line_number,
    cast(null as varchar) as other_npi, cast(null as date) as other_service_date, cast(null as varchar) as other_hcpcs_code,
    'review' as certainty
  from device
  join setup
    on setup.source_id = device.source_id and setup.claim_id = device.claim_id
    and setup.claim_line_number = device.claim_line_number
  cross join rules.primary_care_remote_setup_months as back
  cross join (select min(first_day) as first_day from claims.period) as loaded
  where device.before_date is null and setup.last_setup is null
    and cx_months_between(loaded.first_day, device.service_date) >= back.value
  union all
  select
    'remote_time_without_device' as kind, line.source_id, line.claim_id, line.claim_line_number,
    cast(null as varchar) as other_claim_id, cast(null as integer) as other_claim_line_number,
    cast(null as varchar) as other_npi, cast(null as date) as other_service_date, cast(null as varchar) as other_hcpcs_code,
    'review' as certainty
  from monitoring as line
  join setup
    on setup.source_id = line.source_id and setup.claim_id = line.claim_id
    and setup.claim_line_number = line.claim_line_number
  where line.role = 'time' and setup.last_device is null and setup.device_in_month is null
)
select
  concat_ws('|', found.kind, found.source_id, found.claim_id, cast(found.claim_line_number as varchar)) as finding_id,
  said.audit, found.kind, said.direction, line.person_id, line.npi, line.tin, found.source_id, found.claim_id,
  found.claim_line_number, found.other_claim_id, found.other_claim_line_number, found.other_npi, line.service_date,
  found.other_service_date, line.month, line.hcpcs_code, found.other_hcpcs_code, line.allowed_amount as dollars,
  line.paid_amount as paid_dollars, said.rule, said.cite, said.todo, found.certainty
from found
join monitoring as line
  on line.source_id = found.source_id and line.claim_id = found.claim_id
  and line.claim_line_number = found.claim_line_number
join rules.primary_care_finding_kind as said on said.kind = found.kind
