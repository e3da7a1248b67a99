-- step:      claims.opt_out
-- makes:     one row per person with a data-sharing preference on file: the newest one
-- key:       person_id
-- reads:     org_raw.opt_out, identity.person_alias
-- cites:     CMS beneficiary data-sharing preference file; Corridor
-- evidence:  none
with kept as (
  select
    coalesce(alias.kept_person_id, listed.person_id) as person_id, listed.source_id, listed.delivery_id,
    upper(trim(listed.preference)) as preference, listed.effective_date
  from org_raw.opt_out as listed
  left join identity.person_alias as alias on alias.person_id = listed.person_id
  where listed.person_id is not null
),
newest_first as (
  select
    person_id, source_id, preference, effective_date,
    row_number() over (
      partition by person_id order by effective_date desc nulls last, delivery_id desc, preference, source_id
    ) as place
  from kept
)
select person_id, source_id, preference, effective_date, preference in ('N', 'NO', 'OPT-OUT') as opted_out
from newest_first
where place = 1
