-- step:      action.from_team
-- makes:     one row per hospital and kind of care after surgery it spends more on than the other loaded hospitals do on
--            the same episodes, and its duties for every episode; whether it takes part stands on CMS's list
-- key:       action_id
-- reads:     team.episode_cost, run.setting
-- rules:     action.kind, team.performance_year
-- cites:     42 CFR 512.540, 512.564; docs/team.md; docs/next-best.md
-- evidence:  team.episode_cost(definition_set, facility_ccn)
-- owner:     ccn
with cell as (
  select
    cost.facility_ccn, cost.category, cost.price_code, coalesce(cost.division, 0) as division, count(*) as episodes,
    count(distinct cost.person_id) as people, sum(cost.snf_amount) as snf, sum(cost.rehabilitation_amount) as rehabilitation,
    sum(cost.home_health_amount) as home_health, sum(cost.readmission_amount) as readmission
  from team.episode_cost as cost
  join run.setting as setting on cost.price_year = setting.data_year
  -- the model is in force in the year that is run
  join rules.team_performance_year as modeled on modeled.performance_year = setting.performance_year
  where cost.definition_set = 'team'
  group by cost.facility_ccn, cost.category, cost.price_code, coalesce(cost.division, 0)
),
long as (
  select facility_ccn, category, price_code, division, episodes, people, 'team_snf' as kind, snf as amount from cell
  union all
  select facility_ccn, category, price_code, division, episodes, people, 'team_rehabilitation', rehabilitation from cell
  union all
  select facility_ccn, category, price_code, division, episodes, people, 'team_home_health', home_health from cell
  union all
  select facility_ccn, category, price_code, division, episodes, people, 'team_readmission', readmission from cell
),
beside as (
  select
    long.*, sum(episodes) over (partition by kind, category, price_code, division) - episodes as other_episodes,
    sum(amount) over (partition by kind, category, price_code, division) - amount as other_amount
  from long
),
compared as (
  select
    facility_ccn, kind, cast(sum(episodes) as bigint) as episodes, cast(sum(people) as bigint) as people,
    cx_exact_sum(cast(amount as double) - episodes * cx_divide(other_amount, other_episodes)) as dollars,
    cast(sum(amount) as double) as amount
  from beside
  where other_episodes > 0
  group by facility_ccn, kind
),
duty as (
  select facility_ccn, cast(sum(episodes) as bigint) as episodes, cast(sum(people) as bigint) as people
  from cell
  group by facility_ccn
),
listed as (
  select
    facility_ccn, kind, episodes, people, dollars, cast(0 as double) as dollars_low, amount as dollars_high,
    'against the mean of the other loaded hospitals; a dollar less is a dollar nearer the target, before quality and limits' as todo
  from compared
  where dollars > 0
  union all
  select
    facility_ccn, 'team_primary_care_referral', episodes, people, cast(0 as double), cast(0 as double), cast(0 as double),
    'of every episode; no dollars are known for it'
  from duty
)
select
  concat_ws(':', 'team', said.kind, listed.facility_ccn) as action_id, said.kind, '' as measure, cast(null as varchar) as npi,
  cast(null as varchar) as tin, listed.facility_ccn as ccn, cast(null as varchar) as aco_id, cast(null as varchar) as detail,
  listed.todo, listed.episodes as items, listed.people, listed.dollars, listed.dollars_low, listed.dollars_high,
  cast(null as double) as ceiling_dollars, said.family, false as alternative, cast(0 as double) as aco_share_of_dollars,
  'team.episode_cost' as evidence_table,
  concat_ws('&', 'definition_set=team', concat('facility_ccn=', listed.facility_ccn)) as evidence_key
from listed
join rules.action_kind as said on said.kind = listed.kind
