-- makes: one row per hospital episode that counts, the costliest first, beside the mean of all loaded episodes of its price;
--        ``episode_key`` names it in addresses, where no claim and no person may stand; ``npi`` is the surgeon
-- reads: team.episode_cost, team.cell
select
  left(md5(cost.episode_id), 16) as episode_key, cost.episode_id, cost.definition_set, cost.category, cost.code,
  cost.price_code, cost.setting, cost.person_id, cost.facility_ccn, cost.surgeon_npi as npi, cost.division,
  cost.price_year, cost.anchor_start, cost.anchor_end, cost.episode_start, cost.episode_end,
  cast(cost.spending as double) as spending, cost.capped_spending, cost.high_cost_cap,
  cast(cost.anchor_amount as double) as anchor, cast(cost.spending - cost.anchor_amount as double) as after_anchor,
  cast(cost.post_episode_spending as double) as post_episode, cast(cost.excluded_amount as double) as left_out,
  cost.readmissions, cost.readmissions > 0 as readmitted, cost.snf_amount > 0 as to_snf,
  cell.mean_spending as loaded_mean, cell.people as loaded_people
from team.episode_cost as cost
left join team.cell as cell
  on cell.definition_set = cost.definition_set and cell.facility_ccn = '' and cell.category = cost.category
  and cell.price_code = cost.price_code and cell.price_year = cost.price_year
  and cell.division = coalesce(cost.division, 0)
order by cost.definition_set desc, cost.spending desc, cost.episode_id
