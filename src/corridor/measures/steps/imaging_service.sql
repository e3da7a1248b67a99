-- step:      measures.imaging_service
-- makes:     one row per person, day and code of advanced imaging outside a stay; picture and reading are one
-- key:       person_id, service_date, hcpcs_code
-- reads:     population.claim_line
-- rules:     performance.advanced_imaging_code, performance.imaging_excluded_place
-- cites:     docs/performance.md
-- evidence:  population.claim_line(person_id, service_date, hcpcs_code)
with code as (
  select seen.hcpcs_code, min(range.modality) as modality
  from (select distinct hcpcs_code from population.claim_line where hcpcs_code is not null) as seen
  join rules.performance_advanced_imaging_code as range
    on seen.hcpcs_code between range.first_code and range.last_code
    and length(seen.hcpcs_code) = length(range.first_code)
  group by seen.hcpcs_code
)
select
  line.person_id, line.service_date, line.hcpcs_code, min(code.modality) as modality,
  min(line.month) as month, min(concat(line.source_id, '/', line.claim_id)) as first_claim,
  sum(line.paid_amount) as paid_amount, sum(line.expenditure_amount) as expenditure_amount,
  sum(line.standardized_amount) as standardized_amount
from population.claim_line as line
join code on code.hcpcs_code = line.hcpcs_code
left join rules.performance_imaging_excluded_place as inside
  on inside.place_of_service_code = line.place_of_service_code
where line.part = 'B' and inside.place_of_service_code is null and line.person_id is not null
  and line.service_date is not null
group by line.person_id, line.service_date, line.hcpcs_code
