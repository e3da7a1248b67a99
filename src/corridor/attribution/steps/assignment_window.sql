-- step:      attribution.assignment_window
-- makes:     one row per assignment method: its window and expanded window for the measured year, and whether
--            the loaded claims reach over them
-- key:       method
-- reads:     run.setting, claims.period
-- rules:     mssp.assignment_window
-- cites:     42 CFR 425.20, 425.400(a), 425.402(b)(5)
-- evidence:  none
with loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
dated as (
  select
    offsets.method, setting.data_year,
    make_date(setting.data_year + offsets.start_year_offset, offsets.start_month, 1) as start_date,
    last_day(make_date(setting.data_year + offsets.end_year_offset, offsets.end_month, 1)) as end_date,
    make_date(setting.data_year + offsets.expanded_start_year_offset, offsets.expanded_start_month, 1)
      as expanded_start_date,
    setting.data_year >= offsets.expanded_from_year as has_expanded_window
  from rules.mssp_assignment_window as offsets
  cross join run.setting as setting
)
select
  dated.method, dated.data_year, dated.start_date, dated.end_date, dated.expanded_start_date,
  dated.has_expanded_window, cx_month_of(dated.start_date) as start_month, cx_month_of(dated.end_date) as end_month,
  coalesce(loaded.first_day <= dated.start_date and loaded.last_day >= dated.end_date, false) as covered,
  coalesce(loaded.first_day <= dated.end_date and loaded.last_day >= dated.start_date, false) as overlaps_claims,
  coalesce(loaded.first_day <= dated.expanded_start_date and loaded.last_day >= dated.end_date, false)
    as expanded_covered
from dated
cross join loaded
