-- step:      episodes.chronic_risk_profile
-- makes:     one row per counted episode: the model it belongs to and what enrolment says of the person at its start
-- key:       episode_id
-- reads:     episodes.chronic_observed, claims.eligibility, claims.person, claims.service_line
-- cites:     42 CFR 512.730; ASM specification 2.2(8)
-- evidence:  episodes.chronic_service(episode_id)
-- owner:     tin
with episode as (
  select episode_id, cohort, performance_year, person_id, tin, episode_start,
    cx_add_days(episode_start, episode_days - 1) as episode_end
  from episodes.chronic_observed
),
spans as (
  select
    episode.episode_id, span.dual_status_code, span.medicare_status_code, span.part_d,
    span.enrollment_start_date, span.source_id
  from episode
  join claims.eligibility as span
    on span.person_id = episode.person_id and span.enrollment_start_date <= episode.episode_end
    and (span.enrollment_end_date is null or span.enrollment_end_date >= episode.episode_start)
),
at_start as (
  select episode_id, dual_status_code, medicare_status_code
  from (
    select
      episode_id, dual_status_code, medicare_status_code,
      row_number() over (partition by episode_id order by enrollment_start_date, source_id) as place
    from spans
  )
  where place = 1
),
drug_event as (
  select distinct episode.episode_id
  from claims.service_line as lines
  join episode on episode.person_id = lines.person_id
  where lines.part = 'D' and lines.service_date >= episode.episode_start
    and lines.service_date <= episode.episode_end
),
-- enrolled in Part D throughout; where enrolment does not say, whoever filled a prescription
part_d as (
  select
    episode.episode_id,
    coalesce(
      min(case when spans.part_d then 1 when not spans.part_d then 0 end) = 1,
      max(drug_event.episode_id) is not null
    ) as enrolled
  from episode
  left join spans on spans.episode_id = episode.episode_id
  left join drug_event on drug_event.episode_id = episode.episode_id
  group by episode.episode_id
)
select
  episode.episode_id, episode.cohort, episode.performance_year, episode.person_id, episode.tin,
  case when part_d.enrolled then 'part_d_enrolled' else 'part_d_not_enrolled' end as subgroup,
  cx_age_on(person.birth_date, episode.episode_start) as age,
  person.original_reason_entitlement_code,
  coalesce(at_start.medicare_status_code, person.medicare_status_code) as medicare_status_code,
  coalesce(at_start.dual_status_code, person.dual_status_code) as dual_status_code
from episode
join part_d on part_d.episode_id = episode.episode_id
left join claims.person as person on person.person_id = episode.person_id
left join at_start on at_start.episode_id = episode.episode_id
