-- step:      billing.conflict_month
-- makes:     one row per line that another line of the person rules out in its month or window, outside advanced
--            primary care management, and per monthly code with more than one unit
-- key:       kind, source_id, claim_id, claim_line_number
-- reads:     billing.audit_line, billing.repeated_month
-- rules:     primary_care.apcm_code, primary_care.addon_code, primary_care.care_management_code,
--            billing.exclusive_pair
-- cites:     primary-care code notes D.2, D.7, E.6
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
with monthly as (
  select hcpcs_code, valid_from, valid_to
  from rules.primary_care_apcm_code
  union all
  select hcpcs_code, valid_from, valid_to
  from rules.primary_care_addon_code
  union all
  select hcpcs_code, valid_from, valid_to
  from rules.primary_care_care_management_code
  where role = 'base'
),
paired as (
  select
    kind, source_id, claim_id, claim_line_number, other_source_id, other_claim_id, other_claim_line_number, certainty,
    cast(null as date) as other_date
  from billing.repeated_month
  union all
  -- whether more than one unit was paid for is not in the claim
  select
    'monthly_units', lines.source_id, lines.claim_id, lines.claim_line_number, null, null, null, 'review', null
  from billing.audit_line as lines
  join monthly
    on monthly.hcpcs_code = lines.hcpcs_code and lines.service_date >= monthly.valid_from
    and (monthly.valid_to is null or lines.service_date < monthly.valid_to)
  where lines.units > 1
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
