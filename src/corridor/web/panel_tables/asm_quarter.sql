-- makes: one row per practice, clinician, ASM cohort and quarter in which attributed episodes began: episodes, cost and expected
--        cost; people, and of them those first counted in this row of the practice, and of all practices
-- reads: measures.asm_attributed, episodes.chronic_episode
with attributed as (
  select
    one.cohort, one.tin, one.npi, one.person_id, year(episode.episode_start) as year,
    quarter(episode.episode_start) as quarter, one.observed_cost, one.expected_cost, one.weight
  from measures.asm_attributed as one
  join episodes.chronic_episode as episode on episode.episode_id = one.episode_id
),
-- a person counts once among the clinicians of a practice, and once among all: those columns may be added up
placed as (
  select
    *,
    row_number() over (partition by cohort, year, quarter, person_id, tin order by npi) as in_practice,
    row_number() over (partition by cohort, year, quarter, person_id order by tin, npi) as in_all
  from attributed
)
select
  cohort, tin, npi, year, quarter, count(distinct person_id) as people,
  count(*) filter (where in_practice = 1) as first_in_practice, count(*) filter (where in_all = 1) as first_in_all,
  count(*) as episodes, sum(observed_cost * weight) as observed, sum(expected_cost * weight) as expected,
  sum(weight) as weight
from placed
group by all
