-- step:      action.from_care
-- makes:     one row per clinician, practice and program of care management that people could have and do not
-- key:       action_id
-- reads:     billing.care_management_margin, attribution.participant, run.setting
-- rules:     action.kind
-- cites:     docs/apcm.md; docs/next-best.md
-- evidence:  billing.care_management_margin(npi, tin, year, program)
-- owner:     tin, npi
with partner as (
  select tin, case when count(distinct aco_id) = 1 then min(aco_id) end as aco_id
  from attribution.participant
  group by tin
)
select
  concat_ws(':', 'billing', said.kind, margin.npi, margin.tin) as action_id, said.kind, '' as measure, margin.npi,
  margin.tin, cast(null as varchar) as ccn, partner.aco_id, cast(null as varchar) as detail,
  concat(
    'a month brings ', cast(margin.month_revenue as varchar), ' and costs ', cast(margin.month_cost as varchar), ' dollars'
  ) as todo,
  margin.candidate_months - margin.billed_months as items, margin.candidates as people,
  cast(margin.open_revenue as double) as dollars, cast(margin.open_revenue as double) as dollars_low,
  cast(margin.open_revenue as double) as dollars_high, cast(null as double) as ceiling_dollars, said.family,
  -- the same people and months as primary care management, where the family is that
  said.family is not null as alternative,
  case when partner.aco_id is not null then cast(1 as double) else cast(0 as double) end as aco_share_of_dollars,
  'billing.care_management_margin' as evidence_table,
  concat_ws('&', concat('npi=', margin.npi), concat('tin=', margin.tin), concat('year=', cast(margin.year as varchar)),
    concat('program=', margin.program)) as evidence_key
from billing.care_management_margin as margin
join run.setting as setting on setting.data_year = margin.year
join rules.action_kind as said on said.kind = concat('care_', margin.program)
left join partner on partner.tin = margin.tin
where margin.open_revenue > 0
