-- step:      cclf.hospice_span
-- makes:     one row per hospice election of a beneficiary, from the newest demographic file that names the person
-- key:       source_id, person_id, start_date
-- reads:     cclf_raw.cclf8, identity.person_alias
-- cites:     CCLF Information Packet v38, table 22 (one row per hospice range)
-- evidence:  none
with named as (
  select
    raw.source_id, raw.delivery_id, coalesce(alias.kept_person_id, raw.person_id) as person_id,
    raw.bene_rng_bgn_dt as start_date,
    case when not cx_is_missing_date(raw.bene_rng_end_dt) then raw.bene_rng_end_dt end as end_date,
    rank() over (
      partition by raw.source_id, coalesce(alias.kept_person_id, raw.person_id)
      order by raw.file_date desc nulls last, raw.delivery_id desc
    ) as place
  from cclf_raw.cclf8 as raw
  left join identity.person_alias as alias on alias.person_id = raw.person_id
)
select source_id, person_id, start_date, max(delivery_id) as delivery_id, max(end_date) as end_date
from named
where place = 1 and not cx_is_missing_date(start_date)
group by source_id, person_id, start_date
