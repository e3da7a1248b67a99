-- step:      attribution.facility_practice
-- makes:     one row per facility identifier (NPI) on a participant list: the practice (TIN) it belongs to
-- key:       facility_npi
-- reads:     org_raw.participant_list, attribution.participant
-- cites:     42 CFR 425.404 (a clinic or health center is identified by its CCN under a participant TIN)
-- evidence:  none
-- owner:     tin
select listed.npi as facility_npi, min(listed.tin) as tin
from org_raw.participant_list as listed
join attribution.participant as participant on participant.tin = listed.tin
where listed.npi is not null
group by listed.npi
having count(distinct listed.tin) = 1
