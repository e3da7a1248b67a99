-- synpuf_raw.claim_procedure
select distinct
  clm_id, $load_sequence as load_sequence, person_id, entry['place'] as place, entry['code'] as procedure_code,
  cast(null as date) as procedure_date, cx_month_of(clm_thru_dt) as service_month
from (select *, unnest([$entries]) as entry from facility where clm_thru_dt is not null) as entries
join person_map as who on who.identifier = $person
where entry['code'] not in ('XX000', 'OTHER')
