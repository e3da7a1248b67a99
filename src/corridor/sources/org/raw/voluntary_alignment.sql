-- org_raw.voluntary_alignment
select person_id, tin, npi, start_date, end_date
from staged
join person_map as who on who.identifier = bene_mbi_id
