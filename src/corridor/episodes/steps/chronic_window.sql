-- step:      episodes.chronic_window
-- makes:     one row per total attribution window of a person and a practice
-- key:       cohort, person_id, tin, window_start
-- reads:     episodes.chronic_claim
-- rules:     asm.trigger_gap_days, asm.attribution_window_days
-- cites:     42 CFR 512.730; ASM specification 2.2(1)-(3)
-- evidence:  episodes.chronic_claim(cohort, person_id, tin)
-- owner:     tin
with days as (
  select cohort, person_id, tin, service_date, max(case when opens then 1 else 0 end) as opens
  from episodes.chronic_claim
  group by cohort, person_id, tin, service_date
),
neighbours as (
  select
    days.cohort, days.person_id, days.tin, days.service_date, days.opens,
    lag(service_date) over (partition by days.cohort, person_id, tin order by service_date) as previous_date,
    lead(service_date) over (partition by days.cohort, person_id, tin order by service_date) as next_date,
    gap.days as confirming_days, length.days as window_days
  from days
  join rules.asm_trigger_gap_days as gap on gap.cohort = days.cohort
  join rules.asm_attribution_window_days as length on length.cohort = days.cohort
),
marked as (
  select
    cohort, person_id, tin, service_date, window_days,
    -- a claim after the last window has run out begins a new chain
    sum(case
      when previous_date is null or cx_days_between(previous_date, service_date) >= window_days then 1 else 0
    end) over (
      partition by cohort, person_id, tin order by service_date
      rows between unbounded preceding and current row
    ) as chain,
    -- a trigger claim counts only with a confirming claim on a later day, soon enough
    opens = 1 and cx_days_between(service_date, next_date) <= confirming_days as confirmed
  from neighbours
),
opened as (
  select cohort, person_id, tin, chain, min(service_date) as window_start
  from marked
  where confirmed
  group by cohort, person_id, tin, chain
)
select
  marked.cohort, marked.person_id, marked.tin, opened.window_start,
  cx_add_days(max(marked.service_date), max(marked.window_days) - 1) as window_end,
  count(*) as service_days,
  max(marked.service_date) as last_service_date
from marked
join opened
  on opened.cohort = marked.cohort and opened.person_id = marked.person_id and opened.tin = marked.tin
  and opened.chain = marked.chain and marked.service_date >= opened.window_start
group by marked.cohort, marked.person_id, marked.tin, opened.window_start
