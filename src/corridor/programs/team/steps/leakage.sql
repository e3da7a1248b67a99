-- step:      team.leakage
-- makes:     one row per hospital, set of definitions, place of care after discharge and whether who was paid is of its own
--            network (null: a facility of no list, or no list loaded): episodes, what counts of the spending
-- key:       definition_set, hospital_ccn, setting, own_network
-- reads:     team.service, attribution.participant, attribution.reach_participant, org_raw.provider_roster
-- rules:     team.facility_unit
-- cites:     docs/team.md
-- evidence:  team.service(definition_set)
-- owner:     hospital_ccn
with listed as (
  select tin from attribution.participant
  union
  select tin from attribution.reach_participant where not is_trial
  union
  select tin from org_raw.provider_roster where tin is not null
),
lists as (
  select count(*) as practices from listed
),
placed as (
  select
    service.definition_set, service.facility_ccn as hospital_ccn, service.stage as setting, service.episode_id,
    service.person_id, service.episode_amount,
    case
      when service.service_ccn = service.facility_ccn then true
      -- a unit of the hospital: its own number with a letter in the third place
      when unit.unit_letter is not null
        and substr(service.service_ccn, 1, length('00')) = substr(service.facility_ccn, 1, length('00'))
        and substr(service.service_ccn, length('0000')) = substr(service.facility_ccn, length('0000')) then true
      when service.service_ccn is not null and service.stage = 'readmission' then false
      when listed.tin is not null then true
      when service.service_ccn is null and service.tin is not null and lists.practices > 0 then false
    end as own_network
  from team.service as service
  cross join lists
  left join rules.team_facility_unit as unit
    on unit.unit_letter = substr(service.service_ccn, length('000'), 1)
  left join listed on listed.tin = service.tin and service.service_ccn is null
  where service.stage <> 'anchor' and service.exclusion_reason is null and service.episode_amount <> 0
)
select
  definition_set, hospital_ccn, setting, own_network, count(distinct episode_id) as episodes,
  count(distinct person_id) as people, cast(sum(episode_amount) as decimal(18, 2)) as spend
from placed
group by definition_set, hospital_ccn, setting, own_network
