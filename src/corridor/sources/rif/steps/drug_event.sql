-- step:      rif.drug_event
-- makes:     one row per drug event: its last version, with what drops it
-- key:       source_id, pde_id
-- reads:     rif_raw.pde
-- cites:     CMS research identifiable files, final action; docs/sources/rif.md
-- evidence:  none
with versions as (
  select
    source_id, delivery_id, pde_id, file_number, file_line, dml_ind, final_action, adjstmt_dltn_cd, service_month,
    row_number() over (
      partition by source_id, pde_id
      order by
        version_date desc, load_sequence desc, case when dml_ind = 'DELETE' then 1 else 0 end desc,
        dml_ind desc, file_number desc, file_line desc
    ) as place
  from rif_raw.pde
)
select
  source_id, delivery_id, pde_id, file_number, file_line,
  case
    when dml_ind = 'DELETE' or adjstmt_dltn_cd = 'D' then 'deleted'
    when coalesce(final_action, 'F') <> 'F' then 'not_final'
  end as dropped_because,
  service_month as event_month
from versions
where place = 1
