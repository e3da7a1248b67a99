-- step:      synpuf.eligibility
-- makes:     one row per run of months in which a person's coverage stayed the same
-- key:       source_id, person_id, enrollment_start_date
-- reads:     synpuf.person_month
-- cites:     CMS DE-SynPUF codebook; docs/sources/synpuf.md
-- evidence:  synpuf.person_month(source_id, person_id)
with months as (
  select
    source_id, delivery_id, person_id, month_start, month_end, birth_date, death_date, gender, race_code, state_code,
    part_a, part_b, medicare_advantage, part_d,
    concat_ws(
      '|', coalesce(state_code, '-'), cast(part_a as varchar), cast(part_b as varchar),
      cast(medicare_advantage as varchar), cast(part_d as varchar)
    ) as kind
  from synpuf.person_month
  where part_a or part_b
),
changes as (
  select
    *,
    case
      when lag(kind) over (partition by source_id, person_id order by month_start) = kind
        and cx_add_days(lag(month_end) over (partition by source_id, person_id order by month_start), 1) = month_start
      then 0 else 1
    end as starts
  from months
),
runs as (
  select *, sum(starts) over (partition by source_id, person_id order by month_start) as run from changes
),
person as (
  select
    source_id, person_id, birth_date, gender, race_code,
    max(death_date) over (partition by source_id, person_id) as death_date,
    row_number() over (partition by source_id, person_id order by month_start desc) as place
  from synpuf.person_month
)
select
  runs.source_id, max(runs.delivery_id) as delivery_id, runs.person_id, max(person.birth_date) as birth_date,
  max(person.gender) as gender, max(person.race_code) as race_code, max(runs.state_code) as state_code,
  cast(null as varchar) as county_code, cast(null as varchar) as zip_code, max(person.death_date) as death_date,
  min(runs.month_start) as enrollment_start_date, max(runs.month_end) as enrollment_end_date,
  cast(null as varchar) as original_reason_entitlement_code, cast(null as varchar) as medicare_status_code,
  cast(null as varchar) as dual_status_code, bool_and(runs.part_a) as part_a, bool_and(runs.part_b) as part_b,
  bool_and(runs.medicare_advantage) as medicare_advantage, bool_and(runs.part_d) as part_d,
  'monthly' as enrollment_basis
from runs
join person on person.source_id = runs.source_id and person.person_id = runs.person_id and person.place = 1
group by runs.source_id, runs.person_id, runs.run
