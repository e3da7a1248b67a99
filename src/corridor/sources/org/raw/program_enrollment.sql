-- org_raw.program_enrollment
select person_id, program, enrolled_on, ended_on
from staged
join person_map as who on who.identifier = bene_mbi_id
