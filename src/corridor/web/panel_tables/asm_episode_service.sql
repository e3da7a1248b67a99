-- makes: one row per service of the three costliest attributed episodes of each clinician, practice, cohort and year: the day from
--        the start, category, dollars
-- reads: episodes.chronic_episode, episodes.chronic_attribution, episodes.chronic_cost, episodes.chronic_service
with placed as (
  select
    a.npi, a.tin, e.episode_id, e.person_id, e.episode_start,
    row_number() over (
      partition by e.cohort, e.performance_year, a.tin, a.npi order by c.ratio desc, e.episode_id
    ) as place
  from episodes.chronic_episode as e
  join episodes.chronic_attribution as a on a.episode_id = e.episode_id
  join episodes.chronic_cost as c on c.episode_id = e.episode_id
  where a.attributed and not coalesce(e.excluded, false) and c.ratio is not null and not c.dropped
)
select
  placed.npi, placed.tin, s.episode_id, placed.person_id, placed.episode_start, s.service_date, s.service_category,
  s.standardized_amount, s.imputed, s.source_id, s.claim_id, s.claim_line_number
from placed
join episodes.chronic_service as s on s.episode_id = placed.episode_id
where placed.place <= 3
order by s.episode_id
