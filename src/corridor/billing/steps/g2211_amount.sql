-- step:      billing.g2211_amount
-- makes:     one row per calendar year: what the visit-complexity add-on was allowed on average in the loaded claims, else
--            its national amount outside facilities in the newest installed fee schedule of the year
-- key:       year
-- reads:     billing.audit_line, reference.pfs_rvu
-- rules:     billing.g2211_code
-- cites:     primary-care code notes E.1; docs/audits.md
-- evidence:  none
with billed as (
  select
    cx_year_of(lines.service_date) as year, sum(lines.allowed_amount) as allowed_amount, count(*) as line_count
  from billing.audit_line as lines
  join rules.billing_g2211_code as code on code.hcpcs_code = lines.hcpcs_code
  where lines.allowed_amount > 0
  group by cx_year_of(lines.service_date)
),
listed as (
  select
    schedule.year, schedule.non_facility_total * schedule.conversion_factor as amount,
    row_number() over (
      partition by schedule.year order by schedule.valid_from desc, schedule.variant, schedule.hcpcs_code
    ) as place
  from reference.pfs_rvu as schedule
  join rules.billing_g2211_code as code on code.hcpcs_code = schedule.hcpcs_code
  where schedule.variant <> 'qp' and coalesce(schedule.modifier, '') = ''
),
known as (
  select year from billed
  union
  select year from listed
)
select
  known.year,
  cast(cx_round_half_up(coalesce(cx_divide(billed.allowed_amount, billed.line_count), listed.amount), 1 + 1)
    as decimal(18, 2)) as dollars,
  case when billed.year is not null then 'claims' else 'schedule' end as basis
from known
left join billed on billed.year = known.year
left join listed on listed.year = known.year and listed.place = 1
