-- step:      team.definition
-- makes:     one row per code that opens an episode and set of definitions, with the days it holds and the window it opens
-- key:       definition_set, code_system, code, category, valid_from
-- reads:     reference.bundle_code
-- rules:     team.trigger_drg, team.trigger_drg_unverified, team.trigger_procedure, team.window_days, team.shadow_window_days
-- cites:     42 CFR 512.525, 512.540(a)(1)(ii); team.md 2.1, 2.7; CMS shadow bundles; docs/team.md
-- evidence:  none
with latest as (
  select definition_set, max(vintage) as vintage
  from reference.bundle_code
  where code_use = 'trigger_drg' or code_use = 'trigger_hcpcs'
  group by definition_set
),
own as (
  select category, 'drg' as code_system, ms_drg as code, ms_drg as price_code, valid_from, valid_to
  from rules.team_trigger_drg
  union all
  select category, 'drg' as code_system, ms_drg as code, ms_drg as price_code, valid_from, valid_to
  from rules.team_trigger_drg_unverified
  union all
  select category, 'hcpcs' as code_system, hcpcs as code, price_drg as price_code, valid_from, valid_to
  from rules.team_trigger_procedure
),
installed as (
  select
    codes.definition_set, coalesce(codes.category, '') as category,
    case when codes.code_use = 'trigger_drg' then 'drg' else 'hcpcs' end as code_system,
    codes.code, coalesce(codes.price_code, codes.code) as price_code, codes.valid_from, codes.valid_to
  from reference.bundle_code as codes
  join latest on latest.definition_set = codes.definition_set and latest.vintage = codes.vintage
  where codes.code_use = 'trigger_drg' or codes.code_use = 'trigger_hcpcs'
),
every as (
  select 'team' as definition_set, category, code_system, code, price_code, valid_from, valid_to from own
  union all
  select definition_set, category, code_system, code, price_code, valid_from, valid_to
  from installed
  -- a code the law names is not taken a second time
  where definition_set <> 'team' or not exists (select 1 from own where own.code = installed.code)
)
select
  every.definition_set, every.category, every.code_system, every.code, every.price_code,
  coalesce(every.valid_from, date '1900-01-01') as valid_from, every.valid_to,
  case when every.definition_set = 'team' then own_days.value else shadow_days.value end as window_days
from every
cross join rules.team_window_days as own_days
cross join rules.team_shadow_window_days as shadow_days
