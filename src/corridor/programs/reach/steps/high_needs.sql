-- step:      reach.high_needs
-- makes:     one row per person, eligibility check of the measured year and High Needs criterion that is met
-- key:       person_id, check_date, criterion
-- reads:     reach.high_needs_measure, reach.high_needs_window, attribution.reach, run.setting
-- rules:     reach.high_needs_least
-- cites:     ACO REACH participation agreement, appendix A IV.B.1-3; docs/reach.md
-- evidence:  reach.high_needs_measure(person_id, check_date, criterion)
-- owner:     aco_id
with asked as (
  select
    least.criterion, least.enrollment_group, least.measure, least.at_least, least.below, least.together,
    count(*) over (partition by least.criterion, least.enrollment_group) as measures
  from rules.reach_high_needs_least as least
  cross join run.setting as setting
  where least.first_year <= setting.data_year
),
held as (
  select
    measured.person_id, measured.check_date, measured.criterion, asked.measure, measured.value, asked.together,
    asked.measures
  from reach.high_needs_measure as measured
  join asked
    on asked.criterion = measured.criterion and asked.enrollment_group = measured.enrollment_group
    and asked.measure = measured.measure and measured.value >= asked.at_least
    and (asked.below is null or measured.value < asked.below)
),
met as (
  select
    person_id, check_date, criterion,
    string_agg(
      replace(measure, '_', ' ') || ' ' || cast(cast(cast(value as decimal(38, 9)) as decimal(18, 2)) as varchar),
      ', ' order by measure
    ) as reason
  from held
  group by person_id, check_date, criterion
  having max(case when together then 1 else 0 end) = 0 or count(*) = max(measures)
)
select
  met.person_id, met.check_date, met.criterion, days.window_start, days.window_end, days.window_covered, met.reason,
  min(met.check_date) over (partition by met.person_id) as first_check,
  case when aligned.entity_kind = 'aco' then aligned.entity_id end as aco_id
from met
join reach.high_needs_window as days on days.check_date = met.check_date and days.criterion = met.criterion
left join attribution.reach as aligned on aligned.person_id = met.person_id
