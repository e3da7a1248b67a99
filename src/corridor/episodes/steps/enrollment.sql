-- step:      episodes.enrollment
-- makes:     one row per unbroken time a person was in Parts A and B, fee for service
-- key:       person_id, start_date
-- reads:     claims.eligibility
-- cites:     ASM specification 2.2(7) (continuous enrolment)
-- evidence:  claims.eligibility(person_id)
with spans as (
  -- what a source does not know of a span is no proof against it
  select person_id, enrollment_start_date as start_date, max(enrollment_end_date) as end_date,
    max(case when enrollment_end_date is null then 1 else 0 end) as is_open
  from claims.eligibility
  where coalesce(part_a, true) and coalesce(part_b, true) and not coalesce(medicare_advantage, false)
    and enrollment_start_date is not null
  group by person_id, enrollment_start_date
),
reached as (
  select
    person_id, start_date, end_date, is_open,
    max(end_date) over before as reached_date,
    max(is_open) over before as reached_open
  from spans
  window before as (
    partition by person_id order by start_date rows between unbounded preceding and 1 preceding
  )
),
marked as (
  select
    person_id, start_date, end_date, is_open,
    sum(case
      when reached_open = 1 then 0
      when start_date <= cx_add_days(reached_date, 1) then 0
      else 1
    end) over (
      partition by person_id order by start_date rows between unbounded preceding and current row
    ) as stretch
  from reached
)
select
  person_id, min(start_date) as start_date,
  case when max(is_open) = 1 then null else max(end_date) end as end_date
from marked
group by person_id, stretch
