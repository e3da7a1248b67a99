-- org_raw.assignment_service
select person_id, $year as performance_year, $period as report_period, master_id as tin, npi_used as npi, services
from staged
join person_map as who on who.identifier = bene_mbi_id
