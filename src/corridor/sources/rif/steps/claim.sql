-- step:      rif.claim
-- makes:     one row per claim: its last version, with what drops it (superseded versions are gone)
-- key:       source_id, clm_id
-- reads:     rif_raw.claim
-- cites:     CMS research identifiable files, final action; docs/sources/rif.md
-- evidence:  none
with versions as (
  select
    source_id, delivery_id, clm_id, dml_ind, version_date, load_sequence, file_number, claim_type,
    clm_pmt_amt, final_action, denied, service_month,
    row_number() over (
      partition by source_id, clm_id
      order by
        version_date desc, load_sequence desc, case when dml_ind = 'DELETE' then 1 else 0 end desc,
        dml_ind desc, file_number desc, claim_type
    ) as place
  from rif_raw.claim
)
select
  source_id, delivery_id, clm_id, dml_ind, version_date, load_sequence, file_number, claim_type, clm_pmt_amt,
  case
    when dml_ind = 'DELETE' then 'deleted'
    when coalesce(final_action, 'F') <> 'F' then 'not_final'
    when denied then 'denied'
  end as dropped_because,
  service_month as claim_month
from versions
where place = 1
