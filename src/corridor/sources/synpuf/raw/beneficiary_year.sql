-- synpuf_raw.beneficiary_year: what Medicare paid in the year, as the summary says
select
  person_id, $load_sequence as load_sequence, $year as summary_year, medreimb_ip, medreimb_op, medreimb_car
from staged
join person_map as who on who.identifier = $person
