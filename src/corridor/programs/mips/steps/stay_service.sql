-- step:      mips.stay_service
-- makes:     one row per acute stay that ended in the measured year, practice and clinician with a professional
--            service during it: visits, visits of the day of discharge, procedures, and their allowed charges
-- key:       admission_id, tin, npi
-- reads:     measures.admission, claims.medical_claim, run.setting
-- rules:     claims.claim_setting, mips.stay_service_code
-- cites:     MIPS measures 479 and MSPB (attribution of a stay, from memory); docs/mips-eligibility.md
-- evidence:  claims.medical_claim(rendering_tin, rendering_npi)
-- owner:     tin, npi
with stay as (
  select admission.admission_id, admission.person_id, admission.admission_date, admission.discharge_date
  from measures.admission as admission
  join run.setting as setting on cx_year_of(admission.discharge_date) = setting.data_year
  where admission.stay_kind = 'acute'
),
code as (
  select
    loaded.hcpcs_code, max(case when listed.role = 'visit' then 1 else 0 end) as is_visit,
    max(case when listed.role = 'discharge_visit' then 1 else 0 end) as is_discharge_visit,
    max(case when listed.role = 'procedure' then 1 else 0 end) as is_procedure
  from (select distinct hcpcs_code from claims.medical_claim where hcpcs_code is not null) as loaded
  left join rules.mips_stay_service_code as listed
    on loaded.hcpcs_code >= listed.code_from and loaded.hcpcs_code <= listed.code_to
  group by loaded.hcpcs_code
),
lines as (
  select
    lines.person_id, lines.hcpcs_code, lines.rendering_npi as npi,
    coalesce(lines.rendering_tin, lines.billing_tin) as tin,
    coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date) as service_date,
    coalesce(lines.allowed_amount, coalesce(lines.paid_amount, 0) + coalesce(lines.deductible_amount, 0)
      + coalesce(lines.coinsurance_amount, 0)) as allowed_amount
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
  where lines.person_id in (select person_id from stay) and lines.rendering_npi is not null
    and coalesce(lines.rendering_tin, lines.billing_tin) is not null
)
select
  stay.admission_id, lines.tin, lines.npi,
  cast(sum(code.is_visit) as bigint) as visits,
  cast(sum(case when lines.service_date = stay.discharge_date then code.is_discharge_visit else 0 end) as bigint)
    as discharge_visits,
  cast(sum(code.is_procedure) as bigint) as procedures,
  cast(sum(case when code.is_visit = 1 then lines.allowed_amount else 0 end) as decimal(18, 2)) as visit_charges,
  cast(sum(case when code.is_procedure = 1 then lines.allowed_amount else 0 end) as decimal(18, 2))
    as procedure_charges,
  cast(sum(lines.allowed_amount) as decimal(18, 2)) as charges
from stay
join lines
  on lines.person_id = stay.person_id and lines.service_date >= stay.admission_date
  and lines.service_date <= stay.discharge_date
join code on code.hcpcs_code = lines.hcpcs_code
where lines.allowed_amount > 0
group by stay.admission_id, lines.tin, lines.npi
