-- step:      attribution.voluntary_alignment
-- makes:     one row per person who named a primary clinician for the measured year, by the newest assignment
--            list report or list of choices, and the ACO that clinician is in, if any
-- key:       person_id
-- reads:     org_raw.assignment_list, org_raw.voluntary_alignment, identity.person_alias, attribution.participant,
--            org_raw.participant_list, org_raw.provider_roster, run.setting
-- cites:     42 CFR 425.402(e)
-- evidence:  none
-- owner:     tin, npi
with named as (
  select
    listed.person_id, listed.voluntary_tin as tin, listed.voluntary_npi as npi, 'assignment_list' as source,
    listed.report_period as as_of, listed.file_date, listed.delivery_id
  from org_raw.assignment_list as listed
  join run.setting as setting on setting.data_year = listed.performance_year
  where listed.voluntary_tin is not null or listed.voluntary_npi is not null
  union all
  select
    listed.person_id, listed.tin, listed.npi, 'list_of_choices' as source,
    cast(listed.start_date as varchar) as as_of, listed.file_date, listed.delivery_id
  from org_raw.voluntary_alignment as listed
  cross join run.setting as setting
  where (listed.start_date is null or cx_year_of(listed.start_date) <= setting.data_year)
    and (listed.end_date is null or cx_year_of(listed.end_date) >= setting.data_year)
    and (listed.tin is not null or listed.npi is not null)
),
newest as (
  select
    coalesce(alias.kept_person_id, named.person_id) as person_id, named.tin, named.npi, named.source, named.as_of,
    row_number() over (
      partition by coalesce(alias.kept_person_id, named.person_id)
      order by named.source, named.as_of desc nulls last, named.file_date desc nulls last, named.delivery_id desc,
        named.tin nulls last, named.npi nulls last
    ) as place
  from named
  left join identity.person_alias as alias on alias.person_id = named.person_id
),
current_list as (
  select aco_id, max(file_date) as file_date from org_raw.participant_list group by aco_id
),
known as (
  select listed.npi, listed.tin, listed.start_date, listed.end_date
  from org_raw.participant_list as listed
  join current_list
    on current_list.aco_id = listed.aco_id and current_list.file_date is not distinct from listed.file_date
  union all
  select npi, tin, start_date, end_date from org_raw.provider_roster
),
-- the practice of a clinician who was named without one: of several practices of one ACO, any
practice as (
  select known.npi, min(known.tin) as tin
  from known
  join attribution.participant as member on member.tin = known.tin
  cross join run.setting as setting
  where known.npi is not null
    and (known.start_date is null or cx_year_of(known.start_date) <= setting.data_year)
    and (known.end_date is null or cx_year_of(known.end_date) >= setting.data_year)
  group by known.npi
  having count(distinct coalesce(member.aco_id, 'several')) = 1
)
select
  newest.person_id, coalesce(newest.tin, practice.tin) as tin, newest.npi, newest.source, newest.as_of,
  member.aco_id, member.program
from newest
left join practice on practice.npi = newest.npi and newest.tin is null
left join attribution.participant as member on member.tin = coalesce(newest.tin, practice.tin)
where newest.place = 1
