-- member: the people and organisations of a claim's care team, their roles in the words of C4BB
with team as (
  select place, unnest(r.careTeam) as entry from eob
),
linked as (
  select distinct place, unnest(coalesce(entry.careTeamSequence, entry.careTeamLinkId)) as sequence from item
),
named as (
  select
    team.place, team.entry.sequence as sequence, team.entry.role.coding[-1].code as role,
    team.entry.provider.identifier.value as identifier,
    case
      when team.entry.provider.identifier.type.coding[-1].code = 'TAX'
        or team.entry.provider.identifier.system like '%v2-0203'
        or team.entry.provider.identifier.system like '%2.16.840.1.113883.4.4' then 'tin'
      when coalesce(team.entry.provider.identifier.type.coding[-1].code, 'npi') in ('npi', 'NPI') then 'npi'
    end as kind,
    held.npi as held_npi, held.tin as held_tin,
    list_filter(
      team.entry.qualification.coding, lambda c: fhir_key(c.system) in ('prvdr_spclty', 'clm_prvdr_spclty_cd')
    )[1].code as specialty_code
  from team
  left join held on held.place = team.place and held.reference = team.entry.provider.reference
)
select
  named.place, named.sequence, named.specialty_code, named.identifier,
  case when named.kind = 'npi' then coalesce(named.identifier, named.held_npi) end as npi,
  case when named.kind = 'tin' then named.identifier else named.held_tin end as tin,
  case
    -- STU3 has no roles of C4BB: on a facility claim the primary one attends, the assisting one operates
    when head.is_stu3 and named.role = 'primary' and head.claim_type = 'institutional' and linked.place is null
      then 'attending'
    when head.is_stu3 and named.role = 'assist' and head.claim_type = 'institutional' then 'operating'
    when head.is_stu3 and named.role = 'primary' and head.is_drug then 'prescribing'
    when named.role = 'performing' or (head.is_stu3 and named.role = 'primary') then 'rendering'
    -- in v2 the group that a carrier line belongs to
    when named.role = 'primary' then 'group'
    else named.role
  end as role
from named
join head on head.place = named.place
left join linked on linked.place = named.place and linked.sequence = named.sequence
