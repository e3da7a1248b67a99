-- step:      episodes.chronic_service
-- makes:     one row per episode and line assigned to it, with its payment-standardized amount
-- key:       episode_id, source_id, claim_id, claim_line_number, part
-- reads:     episodes.chronic_episode, episodes.chronic_service_code, episodes.diagnosed_claim,
--            claims.service_line, claims.claim_diagnosis
-- rules:     asm.cost_part
-- cites:     42 CFR 512.730; ASM specification 2.2(6)
-- evidence:  claims.service_line(source_id, claim_id, claim_line_number, part)
with episode as (
  select episode_id, cohort, person_id, episode_start, episode_end
  from episodes.chronic_episode
  where not excluded
),
people as (
  select distinct person_id from episode
),
lines as (
  select
    each.source_id, each.claim_id, each.claim_line_number, each.part, each.person_id, each.service_date,
    each.setting, each.hcpcs_code, each.drg_code, each.revenue_center_code, each.ndc_code,
    each.standardized_amount, each.imputed
  from claims.service_line as each
  join people on people.person_id = each.person_id
  join rules.asm_cost_part as counted on counted.part = each.part
  where each.standardized_amount <> 0 or each.imputed
),
first_diagnosis as (
  select source_id, claim_id, diagnosis_code
  from claims.claim_diagnosis
  where diagnosis_sequence = 1
),
-- every code of a line that could make it a service of the cohort: the more specific system comes first
coded as (
  select source_id, claim_id, claim_line_number, part, setting, 'hcpcs' as code_system, hcpcs_code as code
  from lines
  where hcpcs_code is not null
  union all
  select source_id, claim_id, claim_line_number, part, setting, 'drg' as code_system, drg_code as code
  from lines
  where drg_code is not null
  union all
  select source_id, claim_id, claim_line_number, part, setting, 'ndc' as code_system, ndc_code as code
  from lines
  where ndc_code is not null
  union all
  select
    source_id, claim_id, claim_line_number, part, setting, 'revenue' as code_system,
    revenue_center_code as code
  from lines
  where revenue_center_code is not null
  union all
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.part, lines.setting,
    'diagnosis' as code_system, first_diagnosis.diagnosis_code as code
  from lines
  join first_diagnosis
    on first_diagnosis.source_id = lines.source_id and first_diagnosis.claim_id = lines.claim_id
  where lines.part <> 'D'
),
related as (
  select
    service.cohort, coded.source_id, coded.claim_id, coded.claim_line_number, coded.part, service.category,
    service.valid_from, service.valid_to,
    row_number() over (
      partition by service.cohort, coded.source_id, coded.claim_id, coded.claim_line_number, coded.part
      order by
        case when coded.code_system = 'diagnosis' then 1 when coded.code_system = 'revenue' then 0 else -1 end,
        coded.code_system, service.category
    ) as place
  from coded
  join episodes.chronic_service_code as service
    on service.setting = coded.setting and service.code_system = coded.code_system
    and service.code = coded.code
  left join episodes.diagnosed_claim as diagnosed
    on diagnosed.cohort = service.cohort and diagnosed.source_id = coded.source_id
    and diagnosed.claim_id = coded.claim_id and coded.part <> 'D'
  where diagnosed.claim_id is not null or not service.needs_diagnosis
)
select
  episode.episode_id, lines.source_id, lines.claim_id, lines.claim_line_number, lines.part,
  episode.cohort, lines.person_id, lines.service_date, related.category as service_category,
  lines.standardized_amount, lines.imputed
from related
join lines
  on lines.source_id = related.source_id and lines.claim_id = related.claim_id
  and lines.claim_line_number = related.claim_line_number and lines.part = related.part
join episode
  on episode.cohort = related.cohort and episode.person_id = lines.person_id
  and lines.service_date >= episode.episode_start and lines.service_date <= episode.episode_end
where related.place = 1 and (related.valid_from is null or related.valid_from <= lines.service_date)
  and (related.valid_to is null or lines.service_date <= related.valid_to)
