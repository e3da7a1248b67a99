-- step:      asm.cms_list
-- makes:     one row per clinician and cohort on CMS's participant list for the performance year
-- key:       npi, cohort, organization_legal_name
-- reads:     reference.asm_participant_list, run.setting
-- rules:     asm.participant_list_cohort
-- cites:     ASM specification 1.3 and 1.6 (CMS participant dataset)
-- evidence:  none
-- owner:     npi
with flags as (
  select '27' as cy, npi, asm_cohort, organization_legal_name, list_stage, vintage,
    asm_cy27_participant as participant, asm_cy27_smallpractice as small_practice
  from reference.asm_participant_list
  union all
  select '28' as cy, npi, asm_cohort, organization_legal_name, list_stage, vintage,
    asm_cy28_participant as participant, asm_cy28_smallpractice as small_practice
  from reference.asm_participant_list
  union all
  select '29' as cy, npi, asm_cohort, organization_legal_name, list_stage, vintage,
    asm_cy29_participant as participant, asm_cy29_smallpractice as small_practice
  from reference.asm_participant_list
  union all
  select '30' as cy, npi, asm_cohort, organization_legal_name, list_stage, vintage,
    asm_cy30_participant as participant, asm_cy30_smallpractice as small_practice
  from reference.asm_participant_list
  union all
  select '31' as cy, npi, asm_cohort, organization_legal_name, list_stage, vintage,
    asm_cy31_participant as participant, asm_cy31_smallpractice as small_practice
  from reference.asm_participant_list
),
-- a final list displaces a preliminary one, a newer vintage an older one
newest as (
  select
    flags.npi, cohorts.cohort, coalesce(flags.organization_legal_name, '') as organization_legal_name,
    flags.participant, flags.small_practice, flags.list_stage, flags.vintage,
    dense_rank() over (
      order by case when flags.list_stage = 'final' then 0 else 1 end, flags.vintage desc
    ) as list_place,
    row_number() over (
      partition by flags.npi, cohorts.cohort, coalesce(flags.organization_legal_name, ''), flags.list_stage,
        flags.vintage
      order by flags.participant desc, flags.small_practice desc nulls last
    ) as place
  from flags
  join run.setting as setting on ends_with(cast(setting.performance_year as varchar), flags.cy)
  join rules.asm_participant_list_cohort as cohorts on lower(cohorts.label) = lower(flags.asm_cohort)
)
select npi, cohort, organization_legal_name, small_practice, list_stage, vintage
from newest
where list_place = 1 and place = 1 and lower(coalesce(participant, '')) in ('yes', 'y', 'true')
