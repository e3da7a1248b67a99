-- step:      team.cell
-- makes:     one row per hospital ('' is the region as loaded), category, priced code, region and year: episodes and mean capped spending
-- key:       definition_set, facility_ccn, category, price_code, division, price_year
-- reads:     team.episode_cost
-- cites:     42 CFR 512.540; team.md 3 (steps 2 to 4); docs/team.md
-- evidence:  team.episode_cost(definition_set, facility_ccn, category, price_code, price_year)
-- owner:     facility_ccn
with every as (
  select definition_set, '' as facility_ccn, category, price_code, coalesce(division, 0) as division, price_year,
    person_id, setting, spending, capped_spending, post_episode_spending, readmissions
  from team.episode_cost
  union all
  select definition_set, facility_ccn, category, price_code, coalesce(division, 0) as division, price_year,
    person_id, setting, spending, capped_spending, post_episode_spending, readmissions
  from team.episode_cost
)
select
  definition_set, facility_ccn, category, price_code, division, price_year, count(*) as episodes,
  count(distinct person_id) as people,
  cast(sum(case when setting = 'outpatient' then 1 else 0 end) as bigint) as outpatient_episodes,
  sum(spending) as spending, cx_exact_sum(capped_spending) as capped_spending,
  cx_divide(cx_exact_sum(capped_spending), count(*)) as mean_spending,
  cx_divide(sum(post_episode_spending), count(*)) as mean_post_episode_spending,
  cast(sum(readmissions) as bigint) as readmissions
from every
group by definition_set, facility_ccn, category, price_code, division, price_year
