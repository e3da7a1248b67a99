-- step:      team.baseline
-- makes:     one row per cell of a hospital ('' is the region as loaded): what the loaded claims say of the baseline years
-- key:       definition_set, facility_ccn, category, price_code, division
-- reads:     team.cell, run.setting
-- rules:     team.baseline_year
-- cites:     42 CFR 512.540; team.md 3 (baseline years); docs/team.md
-- evidence:  team.cell(definition_set, facility_ccn, category, price_code, division)
-- owner:     facility_ccn
with years as (
  select setting.performance_year, baseline.by1, baseline.by2, baseline.by3
  from run.setting as setting
  join rules.team_baseline_year as baseline on baseline.performance_year = setting.performance_year
)
select
  cell.definition_set, cell.facility_ccn, cell.category, cell.price_code, cell.division,
  max(years.performance_year) as performance_year,
  max(case when cell.price_year = years.by1 then cell.mean_spending end) as by1_mean,
  max(case when cell.price_year = years.by2 then cell.mean_spending end) as by2_mean,
  max(case when cell.price_year = years.by3 then cell.mean_spending end) as by3_mean,
  cast(sum(cell.episodes) as bigint) as baseline_episodes,
  cast(sum(cell.people) as bigint) as people,
  count(distinct cell.price_year) as loaded_years
from team.cell as cell
join years
  on cell.price_year = years.by1 or cell.price_year = years.by2 or cell.price_year = years.by3
group by cell.definition_set, cell.facility_ccn, cell.category, cell.price_code, cell.division
