-- step:      team.surgeon
-- makes:     one row per hospital, surgeon ('' where no operating clinician is on the claim), set of definitions and category:
--            episodes that count, spending against the mean of all loaded episodes of the same price, what came after
-- key:       definition_set, hospital_ccn, npi, category
-- reads:     team.episode_cost, team.cell
-- cites:     docs/team.md
-- evidence:  team.episode_cost(definition_set, category)
-- owner:     hospital_ccn, npi
with compared as (
  select
    cost.definition_set, cost.facility_ccn as hospital_ccn, coalesce(cost.surgeon_npi, '') as npi,
    cost.category, cost.person_id, cost.spending, cost.capped_spending, cost.readmissions, cost.snf_amount,
    cost.rehabilitation_amount + cost.snf_amount + cost.home_health_amount as post_acute_amount,
    cell.mean_spending as loaded_mean
  from team.episode_cost as cost
  join team.cell as cell
    on cell.definition_set = cost.definition_set and cell.facility_ccn = '' and cell.category = cost.category
    and cell.price_code = cost.price_code and cell.price_year = cost.price_year
    and cell.division = coalesce(cost.division, 0)
)
select
  definition_set, hospital_ccn, npi, category, count(*) as episodes, count(distinct person_id) as people,
  cx_divide(sum(spending), count(*)) as mean_spend,
  -- one means as dear as all loaded episodes of the same codes, divisions and years
  cx_divide(cx_exact_sum(capped_spending), cx_exact_sum(loaded_mean)) as mean_loaded_ratio,
  cx_divide(sum(case when readmissions > 0 then 1 else 0 end), count(*)) as readmission_share,
  cx_divide(sum(case when snf_amount > 0 then 1 else 0 end), count(*)) as snf_share,
  count(distinct case when readmissions > 0 then person_id end) as readmission_people,
  count(distinct case when snf_amount > 0 then person_id end) as snf_people,
  cast(sum(post_acute_amount) as decimal(18, 2)) as post_acute_spend
from compared
group by definition_set, hospital_ccn, npi, category
