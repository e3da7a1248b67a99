-- step:      action.from_team
-- makes:     one row per hospital and kind of care after surgery it spends more on than the other loaded hospitals do on
--            the same episodes, and its duties for every episode; whether it takes part stands on CMS's list
-- key:       action_id
-- reads:     team.episode_cost, run.setting
-- rules:     action.kind, team.performance_year
-- cites:     42 CFR 512.540, 512.564; docs/team.md; docs/next-best.md
-- evidence:  team.episode_cost(definition_set, facility_ccn)
-- owner:     ccn
with episode as (
  select
    cost.facility_ccn, cost.category, cost.price_code, coalesce(cost.division, 0) as division, cost.person_id, cost.snf_amount,
    cost.rehabilitation_amount, cost.home_health_amount, cost.readmission_amount
  from team.episode_cost as cost
  join run.setting as setting on cost.price_year = setting.data_year
  -- the model is in force in the year that is run
  join rules.team_performance_year as modeled on modeled.performance_year = setting.performance_year
  where cost.definition_set = 'team'
),
cell as (
  select
    facility_ccn, category, price_code, division, count(*) as episodes, sum(snf_amount) as snf,
    sum(rehabilitation_amount) as rehabilitation, sum(home_health_amount) as home_health, sum(readmission_amount) as readmission
  from episode
  group by facility_ccn, category, price_code, division
),
-- a person with episodes of several kinds is one person
shared as (
  select category, price_code, division from cell group by category, price_code, division having count(*) > 1
),
person as (
  select
    episode.facility_ccn, count(distinct episode.person_id) as people,
    count(distinct case when shared.category is not null then episode.person_id end) as compared_people
  from episode
  left join shared
    on shared.category = episode.category and shared.price_code = episode.price_code and shared.division = episode.division
  group by episode.facility_ccn
),
long as (
  select facility_ccn, category, price_code, division, episodes, 'team_snf' as kind, snf as amount from cell
  union all
  select facility_ccn, category, price_code, division, episodes, 'team_rehabilitation', rehabilitation from cell
  union all
  select facility_ccn, category, price_code, division, episodes, 'team_home_health', home_health from cell
  union all
  select facility_ccn, category, price_code, division, episodes, 'team_readmission', readmission from cell
),
beside as (
  select
    long.*, sum(episodes) over (partition by kind, category, price_code, division) - episodes as other_episodes,
    sum(amount) over (partition by kind, category, price_code, division) - amount as other_amount
  from long
),
compared as (
  select
    facility_ccn, kind, cast(sum(episodes) as bigint) as episodes,
    cx_exact_sum(cast(amount as double) - episodes * cx_divide(other_amount, other_episodes)) as dollars,
    cast(sum(amount) as double) as amount
  from beside
  where other_episodes > 0
  group by facility_ccn, kind
),
duty as (
  select facility_ccn, cast(sum(episodes) as bigint) as episodes from cell group by facility_ccn
),
listed as (
  select
    compared.facility_ccn, kind, episodes, person.compared_people as people, dollars, cast(0 as double) as dollars_low, amount as dollars_high,
    'against the mean of the other loaded hospitals; a dollar less is a dollar nearer the target, before quality and limits' as todo
  from compared
  join person on person.facility_ccn = compared.facility_ccn
  where dollars > 0
  union all
  select
    duty.facility_ccn, 'team_primary_care_referral', episodes, person.people, cast(0 as double), cast(0 as double), cast(0 as double),
    'of every episode; no dollars are known for it'
  from duty
  join person on person.facility_ccn = duty.facility_ccn
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
