-- step:      billing.conflict_month
-- makes:     one row per line that another line of the person rules out in its month or window, outside advanced
--            primary care management: chronic care by two clinicians, transitional care twice, pairs of monitoring codes
-- key:       kind, source_id, claim_id, claim_line_number
-- reads:     billing.audit_line, billing.discharge
-- rules:     primary_care.care_management_code, billing.tcm_window_days, billing.exclusive_pair
-- cites:     primary-care code notes D.7, E.6
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
with managed as (
  select
    lines.*, code.program,
    row_number() over (
      partition by lines.person_id, lines.month, code.program
      order by lines.service_date, lines.source_id, lines.claim_id, lines.claim_line_number
    ) as place
  from billing.audit_line as lines
  join rules.primary_care_care_management_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
  where code.role = 'base' and code.program in ('ccm', 'tcm')
),
-- the stay a transitional-care service follows: the last discharge known before it
followed as (
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, max(stays.discharge_date) as discharge_date
  from managed as lines
  join billing.discharge as stays
    on stays.person_id = lines.person_id and stays.discharge_date <= lines.service_date
  where lines.program = 'tcm'
  group by lines.source_id, lines.claim_id, lines.claim_line_number
),
transitional as (
  select managed.*, followed.discharge_date
  from managed
  left join followed
    on followed.source_id = managed.source_id and followed.claim_id = managed.claim_id
    and followed.claim_line_number = managed.claim_line_number
  where managed.program = 'tcm'
),
paired as (
  select
    'ccm_twice' as kind, lines.source_id, lines.claim_id, lines.claim_line_number,
    kept.source_id as other_source_id, kept.claim_id as other_claim_id,
    kept.claim_line_number as other_claim_line_number, 'sure' as certainty, kept.service_date as other_date
  from managed as lines
  join managed as kept
    on kept.person_id = lines.person_id and kept.month = lines.month and kept.program = lines.program
    and kept.place = 1
  where lines.program = 'ccm' and lines.npi <> kept.npi
  union all
  -- two discharges far enough apart allow two services, however near the services are
  select
    'tcm_twice', lines.source_id, lines.claim_id, lines.claim_line_number, earlier.source_id, earlier.claim_id,
    earlier.claim_line_number,
    case when cx_days_between(earlier.discharge_date, lines.discharge_date) < span.value then 'sure'
      else 'review' end,
    earlier.service_date
  from transitional as lines
  join rules.billing_tcm_window_days as span
    on lines.service_date >= span.valid_from and (span.valid_to is null or lines.service_date < span.valid_to)
  join transitional as earlier
    on earlier.person_id = lines.person_id
    and cx_days_between(earlier.service_date, lines.service_date) < span.value
    and (earlier.service_date < lines.service_date
      or (earlier.service_date = lines.service_date and earlier.place < lines.place
        and not (coalesce(earlier.npi, '') = coalesce(lines.npi, '') and earlier.hcpcs_code = lines.hcpcs_code)))
  where coalesce(cx_days_between(earlier.discharge_date, lines.discharge_date) < span.value, true)
  union all
  select
    pair.kind, lines.source_id, lines.claim_id, lines.claim_line_number, others.source_id, others.claim_id,
    others.claim_line_number, case when others.month = lines.month then 'sure' else 'review' end,
    others.service_date
  from billing.audit_line as lines
  join rules.billing_exclusive_pair as pair
    on pair.hcpcs_code = lines.hcpcs_code and lines.service_date >= pair.valid_from
    and (pair.valid_to is null or lines.service_date < pair.valid_to)
  join billing.audit_line as others
    on others.person_id = lines.person_id and others.hcpcs_code = pair.other_hcpcs_code
    and (others.month = lines.month or abs(cx_days_between(others.service_date, lines.service_date)) < pair.within_days)
),
numbered as (
  select
    paired.*, row_number() over (
      partition by kind, source_id, claim_id, claim_line_number
      order by certainty desc, other_date, other_source_id, other_claim_id, other_claim_line_number
    ) as place
  from paired
)
select
  kind, source_id, claim_id, claim_line_number, other_source_id, other_claim_id, other_claim_line_number, certainty
from numbered
where place = 1
