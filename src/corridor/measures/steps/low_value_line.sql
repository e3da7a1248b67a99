-- step:      measures.low_value_line
-- makes:     one row per claim line with a service that a low-value flag looks at, of people of its age and sex,
--            before diagnoses are asked
-- key:       flag, source_id, claim_id, claim_line_number
-- reads:     population.claim_line, claims.person
-- rules:     performance.low_value_measure, performance.low_value_service, performance.imaging_excluded_place
-- cites:     Schwartz 2014; Colla 2015; docs/performance.md
-- evidence:  population.claim_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
select
  service.flag, line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.service_date,
  line.month, line.hcpcs_code, line.npi, line.tin, line.paid_amount, line.expenditure_amount,
  line.standardized_amount
from population.claim_line as line
join rules.performance_low_value_service as service on service.hcpcs_code = line.hcpcs_code
join rules.performance_low_value_measure as flag on flag.flag = service.flag
join claims.person as person on person.person_id = line.person_id
left join rules.performance_imaging_excluded_place as inside
  on inside.place_of_service_code = line.place_of_service_code
where line.part = 'B' and line.service_category <> 'emergency' and inside.place_of_service_code is null
  and cx_age_on(person.birth_date, line.service_date) >= flag.age_from
  and (flag.age_below is null or cx_age_on(person.birth_date, line.service_date) < flag.age_below)
  and (flag.sex is null or person.gender = flag.sex)
