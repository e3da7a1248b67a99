-- makes: one row per attributed episode that counts in the cost measure, with clinician, practice and costs; by clinician, so that
--        the page of one reads its own rows only
-- reads: episodes.chronic_episode, episodes.chronic_attribution, episodes.chronic_cost
select
  a.npi, a.tin, e.episode_id, e.person_id, e.cohort, e.performance_year, a.share, e.episode_days, c.assigned_cost,
  c.observed_cost, c.expected_cost, c.ratio, c.imputed_share
from episodes.chronic_episode as e
join episodes.chronic_attribution as a on a.episode_id = e.episode_id
join episodes.chronic_cost as c on c.episode_id = e.episode_id
where a.attributed and not coalesce(e.excluded, false) and c.ratio is not null and not c.dropped
order by a.npi, a.tin, c.ratio desc, e.episode_id
