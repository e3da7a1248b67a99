-- step:      population.risk_diagnosis
-- makes:     one row per person and diagnosis of the data year from a claim that is a source for risk adjustment
-- key:       person_id, diagnosis_code
-- reads:     run.setting, claims.medical_claim, claims.claim_diagnosis, reference.hcc_eligible_service,
--            reference.hcc_mapping
-- rules:     risk.claim_bill_type, risk.claim_type
-- cites:     CMS encounter data diagnosis filtering logic (bill types, eligible CPT and HCPCS); docs/risk.md
-- evidence:  claims.claim_diagnosis(person_id, diagnosis_code)
with edition as (
  -- the list of the data year; where it is not installed the newest before it, else the oldest after
  select
    coalesce(
      max(case when vintage < cast(setting.data_year + 1 as varchar) then vintage end), min(vintage)
    ) as vintage
  from reference.hcc_eligible_service
  cross join run.setting as setting
),
eligible as (
  select distinct service.hcpcs_code
  from reference.hcc_eligible_service as service
  join edition on edition.vintage = service.vintage
),
bill_type as (
  select seen.bill_type_code, allowed.needs_service
  from (select distinct bill_type_code from claims.medical_claim where bill_type_code is not null) as seen
  join rules.risk_claim_bill_type as allowed on seen.bill_type_code like allowed.bill_type || '%'
),
line as (
  select
    lines.source_id, lines.claim_id,
    case
      when coalesce(bill_type.needs_service, claim_type.needs_service) and edition.vintage is not null
        then eligible.hcpcs_code is not null
      else true
    end as counts
  from claims.medical_claim as lines
  join run.setting as setting on cx_year_of(lines.claim_end_date) = setting.data_year
  left join bill_type on bill_type.bill_type_code = lines.bill_type_code
  -- a bill type that is not listed keeps a facility claim out, whatever its claim type
  left join rules.risk_claim_type as claim_type
    on claim_type.claim_type_code = lines.claim_type_code and lines.bill_type_code is null
  left join eligible on eligible.hcpcs_code = lines.hcpcs_code
  cross join edition
  where bill_type.bill_type_code is not null or claim_type.claim_type_code is not null
),
source as (
  select distinct source_id, claim_id from line where counts
),
known as (
  select distinct diagnosis_code from reference.hcc_mapping
)
select distinct diagnosis.person_id, diagnosis.diagnosis_code
from claims.claim_diagnosis as diagnosis
join source on source.source_id = diagnosis.source_id and source.claim_id = diagnosis.claim_id
-- only codes that some model maps: the others would be carried along for nothing
join known on known.diagnosis_code = diagnosis.diagnosis_code
where diagnosis.person_id is not null
