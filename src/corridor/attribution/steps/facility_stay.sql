-- step:      attribution.facility_stay
-- makes:     one row per claim of an inpatient or skilled nursing stay: the days in which some services of
--            others do not count as primary care
-- key:       source_id, claim_id
-- reads:     claims.medical_claim
-- rules:     mssp.stay_claim_type
-- cites:     SLAAM 2025 pages 90 to 97
-- evidence:  claims.medical_claim(source_id, claim_id)
-- partition: service_month
select
  lines.source_id, lines.claim_id, min(lines.person_id) as person_id, min(kinds.stay) as stay,
  min(coalesce(lines.admission_date, lines.claim_start_date)) as first_date,
  max(coalesce(lines.discharge_date, lines.claim_end_date)) as last_date,
  min(lines.service_month) as service_month
from claims.medical_claim as lines
join rules.mssp_stay_claim_type as kinds on kinds.claim_type_code = lines.claim_type_code
group by lines.source_id, lines.claim_id
