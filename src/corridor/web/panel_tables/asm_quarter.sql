-- makes: one row per practice, clinician, ASM cohort and quarter in which attributed episodes began: episodes, cost and expected cost
-- reads: measures.asm_attributed, episodes.chronic_episode
select
  one.cohort, one.tin, one.npi, year(episode.episode_start) as year, quarter(episode.episode_start) as quarter,
  count(distinct one.person_id) as people, count(*) as episodes, sum(one.observed_cost * one.weight) as observed,
  sum(one.expected_cost * one.weight) as expected, sum(one.weight) as weight
from measures.asm_attributed as one
join episodes.chronic_episode as episode on episode.episode_id = one.episode_id
group by all
