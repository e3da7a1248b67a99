-- step:      billing.discharge
-- makes:     one row per person and day of discharge from a hospital or skilled nursing facility
-- key:       person_id, discharge_date
-- reads:     claims.medical_claim
-- rules:     claims.claim_setting
-- cites:     primary-care code notes D.7
-- evidence:  none
select distinct lines.person_id, lines.discharge_date
from claims.medical_claim as lines
join rules.claims_claim_setting as setting on setting.claim_type_code = lines.claim_type_code
where setting.setting in ('inpatient', 'snf') and lines.discharge_date is not null
  and not cx_is_missing_date(lines.discharge_date) and lines.person_id is not null
