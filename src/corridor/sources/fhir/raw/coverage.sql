-- fhir_raw.coverage
select
  who.person_id, try_cast(r.meta.lastUpdated as timestamptz)::timestamp as last_updated,
  $load_sequence as load_sequence, $file_number as file_number, coverage.place as resource_number, coverage.file_line,
  coverage.part, coalesce(is_void_coverage(r.status), false) as void,
  fhir_day(r.period.start) as period_start, fhir_day(r.period.end) as period_end,
  list_filter(r.extension, lambda e: fhir_key(e.url) in ('ms_cd', 'bene_mdcr_stus_cd'))[1].valueCoding.code
    as medicare_status_code,
  list_filter(r.extension, lambda e: fhir_key(e.url) in ('orec', 'bene_mdcr_entlmt_rsn_cd'))[1].valueCoding.code
    as original_reason_entitlement_code,
  list_filter(r.extension, lambda e: fhir_key(e.url) = 'bene_dual_stus_cd')[1].valueCoding.code as dual_status_code
from coverage
join person_map as who on who.identifier = coverage.person_key
where coverage.part is not null
