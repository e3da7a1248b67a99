-- step:      team.exclusion
-- makes:     one row per code whose spending stays out of episodes of a set of definitions, and the list it is of
-- key:       definition_set, code_use, code
-- reads:     reference.bundle_code
-- rules:     team.excluded_mdc, team.exclusion_stand_in, team.cardiac_rehab_excluded
-- cites:     42 CFR 512.525(f); team.md 2.4; CMS shadow bundles; docs/team.md
-- evidence:  none
with latest as (
  select definition_set, max(vintage) as vintage
  from reference.bundle_code
  where code_use not like 'trigger%'
  group by definition_set
),
listed as (
  select distinct codes.definition_set, codes.code_use, codes.code
  from reference.bundle_code as codes
  join latest on latest.definition_set = codes.definition_set and latest.vintage = codes.vintage
  where codes.code_use not like 'trigger%'
),
-- where TEAM's own list is not installed, the one that may stand in for it does
stood_in as (
  select listed.code_use, listed.code
  from listed
  cross join rules.team_exclusion_stand_in as stand_in
  cross join rules.team_cardiac_rehab_excluded as rehabilitation
  where listed.definition_set = stand_in.value
    and not exists (select 1 from latest where latest.definition_set = 'team')
    and (listed.code_use <> 'cardiac_rehab' or rehabilitation.value)
),
found as (
  select definition_set, code_use, code, 'installed' as list from listed
  union all
  select 'team' as definition_set, code_use, code, 'stands_in' as list from stood_in
  union all
  select 'team' as definition_set, 'excluded_mdc' as code_use, mdc_code as code, 'rule' as list
  from rules.team_excluded_mdc
)
select definition_set, code_use, code, min(list) as list
from found
group by definition_set, code_use, code
