-- step:      asm.year_used
-- makes:     one row per cohort: which years of the loaded claims stand for the data year, the performance year
--            and the year of Part B payments
-- key:       cohort
-- reads:     run.setting, claims.period, claims.quality_count
-- rules:     asm.episode_minimum_days, asm.trigger_gap_days
-- cites:     42 CFR 512.710 (data year), 42 CFR 512.730 (performance year); docs/episodes.md
-- evidence:  none
with loaded as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
years as (
  select distinct cx_year_of(last_service_date) as year
  from claims.quality_count
  where last_service_date is not null
),
judged as (
  select
    shortest.cohort, years.year,
    loaded.last_day >= cx_add_days(make_date(years.year + 1, 1, 1), -1) as to_its_end,
    loaded.first_day <= make_date(years.year, 1, 1) as from_its_start,
    -- time for a shortest episode, and for care to have begun and been confirmed before it
    cx_days_between(loaded.first_day, make_date(years.year + 1, 1, 1)) >= shortest.days + gap.days
      as long_enough
  from years
  cross join loaded
  cross join rules.asm_episode_minimum_days as shortest
  join rules.asm_trigger_gap_days as gap on gap.cohort = shortest.cohort
),
-- the year asked for; else the next one that serves, up to the performance year; else the nearest before it
ranked as (
  select
    judged.cohort, judged.year, judged.to_its_end and judged.long_enough as serves,
    judged.to_its_end and judged.from_its_start as is_whole,
    row_number() over (
      partition by judged.cohort
      order by
        case when judged.to_its_end and judged.long_enough then 0 else 1 end,
        case when judged.year >= setting.data_year and judged.year <= setting.performance_year then 0 else 1 end,
        abs(judged.year - setting.data_year), judged.year desc
    ) as data_place,
    row_number() over (
      partition by judged.cohort
      order by
        case when judged.to_its_end and judged.long_enough then 0 else 1 end,
        abs(judged.year - setting.performance_year), judged.year desc
    ) as measure_place,
    row_number() over (
      partition by judged.cohort
      order by
        case when judged.to_its_end and judged.from_its_start then 0 else 1 end,
        abs(judged.year - setting.performance_year), judged.year desc
    ) as paid_place
  from judged
  cross join run.setting as setting
)
select
  setting.performance_year, ranked.cohort, setting.data_year as wanted_data_year,
  max(case when ranked.data_place = 1 then ranked.year end) as data_year,
  max(case when ranked.data_place = 1 and ranked.serves then 1 else 0 end) = 1 as data_year_serves,
  max(case when ranked.measure_place = 1 then ranked.year end) as measure_year,
  max(case when ranked.measure_place = 1 and ranked.serves then 1 else 0 end) = 1 as measure_year_serves,
  max(case when ranked.paid_place = 1 then ranked.year end) as paid_year,
  max(case when ranked.paid_place = 1 and ranked.is_whole then 1 else 0 end) = 1 as paid_year_is_whole
from ranked
cross join run.setting as setting
group by setting.performance_year, ranked.cohort, setting.data_year
