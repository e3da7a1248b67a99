-- step:      synpuf.medical_claim
-- makes:     one row per allowed line of a claim
-- key:       source_id, claim_id, claim_line_number
-- reads:     synpuf_raw.claim_line, identity.person_alias
-- cites:     CMS DE-SynPUF codebook; docs/sources/synpuf.md
-- evidence:  none
-- owner:     rendering_tin, rendering_npi
-- partition: service_month
with newest as (
  select
    source_id, delivery_id, clm_id, line_num, load_sequence, person_id, claim_type, claim_type_code, clm_from_dt,
    clm_thru_dt, clm_admsn_dt, nch_bene_dschrg_dt, clm_drg_cd, hcpcs_cd, line_icd9_dgns_cd, line_denied,
    prf_physn_npi, tax_num, prvdr_num, at_physn_npi, op_physn_npi, paid_amount, allowed_amount,
    deductible_amount, coinsurance_amount, service_month,
    max(load_sequence) over (partition by source_id, clm_id) as last_load
  from synpuf_raw.claim_line
)
select
  line.source_id, line.delivery_id, line.clm_id as claim_id, line.line_num as claim_line_number, line.claim_type,
  line.claim_type_code, coalesce(alias.kept_person_id, line.person_id) as person_id,
  line.clm_from_dt as claim_start_date, line.clm_thru_dt as claim_end_date,
  line.clm_from_dt as claim_line_start_date, line.clm_thru_dt as claim_line_end_date,
  line.clm_admsn_dt as admission_date, line.nch_bene_dschrg_dt as discharge_date,
  cast(null as varchar) as admit_source_code, cast(null as varchar) as admit_type_code,
  cast(null as varchar) as discharge_disposition_code, cast(null as varchar) as place_of_service_code,
  cast(null as varchar) as bill_type_code, case when line.clm_drg_cd is not null then 'ms-drg' end as drg_code_type,
  line.clm_drg_cd as drg_code, cast(null as varchar) as revenue_center_code,
  cast(null as decimal(18, 4)) as service_unit_quantity, line.hcpcs_cd as hcpcs_code,
  cast(null as varchar) as hcpcs_modifier_1, cast(null as varchar) as hcpcs_modifier_2,
  cast(null as varchar) as hcpcs_modifier_3, cast(null as varchar) as hcpcs_modifier_4,
  cast(null as varchar) as hcpcs_modifier_5, line.line_icd9_dgns_cd as line_diagnosis_code,
  line.prf_physn_npi as rendering_npi, line.tax_num as rendering_tin,
  cast(null as varchar) as rendering_specialty_code, cast(null as varchar) as billing_npi,
  line.tax_num as billing_tin, cast(null as varchar) as facility_npi, line.prvdr_num as facility_ccn,
  line.at_physn_npi as attending_npi, line.op_physn_npi as operating_npi, cast(null as varchar) as referring_npi,
  cast(null as varchar) as primary_payer_code, cast(null as varchar) as provider_state_code,
  cast(null as varchar) as contractor_number, cast(null as date) as paid_date,
  coalesce(line.paid_amount, 0) as paid_amount, line.allowed_amount, cast(null as decimal(18, 2)) as charge_amount,
  line.coinsurance_amount, line.deductible_amount, cast(null as decimal(18, 2)) as sequestration_amount,
  cast(0 as decimal(18, 2)) as add_on_amount, cast(null as decimal(18, 2)) as incentive_amount, line.service_month
from newest as line
left join identity.person_alias as alias on alias.person_id = line.person_id
where line.load_sequence = line.last_load and not line.line_denied
