-- reference.physician_by_provider
select
  rndrng_npi as npi, $year as year,
  concat_ws(', ', rndrng_prvdr_last_org_name, rndrng_prvdr_first_name) as name, rndrng_prvdr_ent_cd as entity,
  rndrng_prvdr_type as specialty, rndrng_prvdr_city as city, rndrng_prvdr_state_abrvtn as state,
  rndrng_prvdr_zip5 as zip, tot_benes as beneficiaries, tot_srvcs as services,
  tot_mdcr_alowd_amt as medicare_allowed, tot_mdcr_pymt_amt as medicare_paid,
  tot_mdcr_stdzd_amt as medicare_standardized, drug_mdcr_pymt_amt as drug_paid, med_mdcr_pymt_amt as medical_paid,
  bene_dual_cnt as dual_beneficiaries, bene_avg_risk_scre as average_risk_score
from staged
