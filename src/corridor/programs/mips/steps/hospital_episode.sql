-- step:      mips.hospital_episode
-- makes:     one row per acute stay whose episode, from days before admission to days after discharge, lies in the
--            measured year: medical or surgical, standardized cost of Parts A and B, and why it does not count
-- key:       admission_id
-- reads:     measures.admission, claims.service_line, claims.person, claims.period, population.enrollment_month,
--            reference.ms_drg, run.setting
-- rules:     mips.hospital_days
-- cites:     MIPS cost measure MSPB Clinician (episode window, from memory); docs/mips-eligibility.md
-- evidence:  measures.admission(admission_id)
with span as (
  select
    max(case when span = 'before' then days end) as before_days,
    max(case when span = 'after' then days end) as after_days,
    max(case when span = 'enrolled_before' then days end) as enrolled_days
  from rules.mips_hospital_days
),
known as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
drg as (
  select drg_code, lower(medical_surgical) as kind, row_number() over (partition by drg_code order by vintage desc) as place
  from reference.ms_drg
),
episode as (
  select
    stay.admission_id, stay.person_id, stay.admission_date, stay.discharge_date, stay.drg_code,
    coalesce(drg.kind, 'unknown') as kind, cx_add_days(stay.admission_date, -span.before_days) as episode_start,
    cx_add_days(stay.discharge_date, span.after_days) as episode_end,
    cx_add_days(stay.admission_date, -(span.before_days + span.enrolled_days)) as enrolled_from
  from measures.admission as stay
  cross join span
  join run.setting as setting on cx_year_of(stay.discharge_date) = setting.data_year
  left join drg on drg.drg_code = stay.drg_code and drg.place = 1
  where stay.stay_kind = 'acute'
    and cx_year_of(cx_add_days(stay.discharge_date, span.after_days)) = setting.data_year
),
enrolled as (
  select episode.admission_id, count(*) as months
  from episode
  cross join known
  join population.enrollment_month as month
    on month.person_id = episode.person_id and month.fee_for_service
    and month.month >= cx_month_of(greatest(episode.enrolled_from, known.first_day))
    and month.month <= cx_month_of(episode.episode_end)
  group by episode.admission_id
),
cost as (
  select episode.admission_id, sum(lines.standardized_amount) as standardized, count(*) as lines
  from episode
  join claims.service_line as lines
    on lines.person_id = episode.person_id and lines.part in ('A', 'B')
    and lines.service_date >= episode.episode_start and lines.service_date <= episode.episode_end
  group by episode.admission_id
)
select
  episode.admission_id, episode.person_id, episode.admission_date, episode.discharge_date, episode.drg_code,
  episode.kind, episode.episode_start, episode.episode_end,
  cast(coalesce(cost.standardized, 0) as decimal(18, 2)) as standardized_cost, coalesce(cost.lines, 0) as lines,
  case
    when episode.episode_end > known.last_day then 'the window ends after the loaded claims'
    when person.death_date <= episode.episode_end then 'died in the episode'
    when coalesce(enrolled.months, 0) < cx_months_between(
      greatest(episode.enrolled_from, known.first_day), episode.episode_end
    ) + 1 then 'not in fee-for-service Medicare throughout'
    when coalesce(cost.standardized, 0) <= 0 then 'no cost'
  end as exclusion_reason
from episode
cross join known
left join claims.person as person on person.person_id = episode.person_id
left join enrolled on enrolled.admission_id = episode.admission_id
left join cost on cost.admission_id = episode.admission_id
