-- step:      reach.high_needs_window
-- makes:     one row per High Needs eligibility check of the measured year and criterion: the days it looks back on
-- key:       check_date, criterion
-- reads:     run.setting, claims.period
-- rules:     reach.high_needs_check, reach.high_needs_lookback, reach.high_needs_window_lag,
--            population.months_per_year
-- cites:     ACO REACH participation agreement, appendix A IV.B, tables C and D; docs/reach.md
-- evidence:  none
with counted as (
  select
    make_date(setting.data_year, cast(checked.check_month as integer), 1) as check_date, lookback.criterion,
    whole.value as months_per_year,
    -- months counted from year nought: the first one after the window, and the window's first
    setting.data_year * whole.value + checked.check_month - lag.value as after_index,
    setting.data_year * whole.value + checked.check_month - lag.value - lookback.months as first_index
  from run.setting as setting
  cross join rules.reach_high_needs_check as checked
  cross join rules.reach_high_needs_lookback as lookback
  cross join rules.reach_high_needs_window_lag as lag
  cross join rules.population_months_per_year as whole
),
years as (
  select
    check_date, criterion, months_per_year, after_index, first_index,
    cast(floor(cx_divide(after_index, months_per_year)) as integer) as after_year,
    cast(floor(cx_divide(first_index, months_per_year)) as integer) as first_year
  from counted
),
days as (
  select
    check_date, criterion,
    make_date(first_year, cast(first_index - first_year * months_per_year + 1 as integer), 1) as window_start,
    cx_add_days(make_date(after_year, cast(after_index - after_year * months_per_year + 1 as integer), 1), -1)
      as window_end
  from years
),
loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
)
select
  days.check_date, days.criterion, days.window_start, days.window_end,
  coalesce(loaded.first_day <= days.window_start and loaded.last_day >= days.window_end, false) as window_covered
from days
cross join loaded
