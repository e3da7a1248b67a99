-- org_raw.opt_out; a record that states no data-sharing preference changes none
select person_id, preference, effective_date, samhsa_preference, samhsa_effective_date, aco_id
from staged
join person_map as who on who.identifier = bene_mbi_id
where preference is not null
