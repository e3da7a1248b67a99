-- makes: one row per set of definitions and hospital: hospital episodes that count, their spending beside the mean of all loaded
--        episodes of the same price, and how far single episodes of a hospital scatter (``spread``, of all)
-- reads: team.episode_cost, team.cell
with compared as (
  select cost.*, cell.mean_spending as loaded_mean
  from team.episode_cost as cost
  join team.cell as cell
    on cell.definition_set = cost.definition_set and cell.facility_ccn = '' and cell.category = cost.category
    and cell.price_code = cost.price_code and cell.price_year = cost.price_year
    and cell.division = coalesce(cost.division, 0)
),
-- what chance does is how far episodes scatter within a hospital: the scatter between hospitals is what is asked for
scattered as (
  select definition_set, facility_ccn, count(*) as episodes,
    var_pop(capped_spending / nullif(loaded_mean, 0)) as variance
  from compared
  group by all
),
chance as (
  select definition_set, sqrt(sum(variance * episodes) / nullif(sum(episodes) - count(*), 0)) as spread
  from scattered
  group by all
)
select
  compared.definition_set, compared.facility_ccn, count(*) as episodes, count(distinct compared.person_id) as people,
  cast(sum(compared.spending) as double) as spending, sum(compared.capped_spending) as capped_spending,
  sum(compared.loaded_mean) as loaded_spending,
  cast(sum(compared.spending - compared.anchor_amount) as double) as after_anchor,
  count(*) filter (where compared.readmissions > 0) as readmitted,
  count(*) filter (where compared.snf_amount > 0) as to_snf,
  count(distinct compared.person_id) filter (where compared.readmissions > 0) as readmission_people,
  count(distinct compared.person_id) filter (where compared.snf_amount > 0) as snf_people,
  min(compared.anchor_end) as first_day, max(compared.anchor_end) as last_day, any_value(chance.spread) as spread
from compared
join chance on chance.definition_set = compared.definition_set
group by compared.definition_set, compared.facility_ccn
