-- step:      mips.attestation
-- makes:     one row per performance year and practice: improvement activities attested and the interoperability
--            score, as last loaded
-- key:       performance_year, tin
-- reads:     org_raw.category_attestation
-- cites:     42 CFR 414.1355, 414.1375; docs/mips.md
-- evidence:  none
-- owner:     tin
with ordered as (
  select
    performance_year, tin, improvement_activities_attested, promoting_interoperability_score,
    row_number() over (
      partition by performance_year, tin
      order by
        file_date desc nulls last, delivery_id desc, improvement_activities_attested desc,
        promoting_interoperability_score desc
    ) as place
  from org_raw.category_attestation
  where performance_year is not null and tin is not null
)
select performance_year, tin, improvement_activities_attested, promoting_interoperability_score
from ordered
where place = 1
