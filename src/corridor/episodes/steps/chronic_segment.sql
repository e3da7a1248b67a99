-- step:      episodes.chronic_segment
-- makes:     one row per segment of a total attribution window, by the calendar year in which it ends
-- key:       episode_id
-- reads:     episodes.chronic_window, claims.quality_count
-- rules:     asm.episode_minimum_days, asm.episode_maximum_days
-- cites:     42 CFR 512.730; ASM specification 2.2(4); docs/episodes.md (how a window is cut into episodes)
-- evidence:  episodes.chronic_claim(cohort, person_id, tin)
-- owner:     tin
with years as (
  select distinct cx_year_of(last_service_date) as year
  from claims.quality_count
  where last_service_date is not null
),
first_ends as (
  select
    open.cohort, open.person_id, open.tin, open.window_start, open.window_end,
    shortest.days as minimum_days, longest.days as maximum_days,
    -- the first segment ends with the first year end that is far enough from its start
    cx_year_of(open.window_start) + case
      when cx_days_between(open.window_start, make_date(cx_year_of(open.window_start) + 1, 1, 1))
        >= shortest.days then 0
      else 1
    end as first_year
  from episodes.chronic_window as open
  join rules.asm_episode_minimum_days as shortest on shortest.cohort = open.cohort
  join rules.asm_episode_maximum_days as longest on longest.cohort = open.cohort
),
cut as (
  select
    first_ends.cohort, first_ends.person_id, first_ends.tin, first_ends.window_start, first_ends.window_end,
    first_ends.minimum_days, first_ends.maximum_days, years.year as performance_year,
    case
      when years.year = first_ends.first_year then first_ends.window_start
      else make_date(years.year, 1, 1)
    end as episode_start,
    least(first_ends.window_end, cx_add_days(make_date(years.year + 1, 1, 1), -1)) as episode_end
  from first_ends
  join years on years.year >= first_ends.first_year and years.year <= cx_year_of(first_ends.window_end)
  union all
  -- a window that is over before the year end it was waiting for
  select
    cohort, person_id, tin, window_start, window_end, minimum_days, maximum_days,
    cx_year_of(window_end) as performance_year,
    window_start as episode_start, window_end as episode_end
  from first_ends
  where cx_year_of(window_end) < first_year
),
bounded as (
  select
    cohort, person_id, tin, window_start, window_end, minimum_days, performance_year, episode_end,
    -- only a wait that ends with a leap year can be a day too long: the first day is let go
    greatest(episode_start, cx_add_days(episode_end, 1 - maximum_days)) as episode_start
  from cut
  where episode_start <= episode_end
)
select
  concat_ws(
    '-', case when cohort = 'heart_failure' then 'HF' else 'LBP' end, cast(person_id as varchar), tin,
    cast(episode_start as varchar)
  ) as episode_id,
  cohort, person_id, tin, window_start, window_end, episode_start, episode_end,
  cx_days_between(episode_start, episode_end) + 1 as episode_days,
  performance_year,
  cx_days_between(episode_start, episode_end) + 1 >= minimum_days as long_enough
from bounded
