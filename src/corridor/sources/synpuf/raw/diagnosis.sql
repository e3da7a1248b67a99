-- synpuf_raw.claim_diagnosis; XX000 and OTHER stand for codes CMS masked
select distinct
  clm_id, $load_sequence as load_sequence, person_id, entry['place'] as place, entry['code'] as diagnosis_code,
  cx_month_of(clm_thru_dt) as service_month
from (select *, unnest([$entries]) as entry from $rows where clm_thru_dt is not null) as entries
join person_map as who on who.identifier = $person
where entry['code'] not in ('XX000', 'OTHER')
