-- step:      attribution.facility_practice
-- makes:     one row per facility identifier (NPI) on a participant list: the practice (TIN) it belongs to
-- key:       facility_npi
-- reads:     org_raw.participant_list, attribution.participant
-- cites:     42 CFR 425.404 (a clinic or health center is identified by its CCN under a participant TIN)
-- evidence:  none
-- owner:     tin
with current_list as (
  select aco_id, max(file_date) as file_date from org_raw.participant_list group by aco_id
)
select listed.npi as facility_npi, min(listed.tin) as tin
from org_raw.participant_list as listed
join current_list
  on current_list.aco_id = listed.aco_id and current_list.file_date is not distinct from listed.file_date
join attribution.participant as participant on participant.tin = listed.tin
where listed.npi is not null
group by listed.npi
having count(distinct listed.tin) = 1
