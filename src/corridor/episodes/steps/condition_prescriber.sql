-- step:      episodes.condition_prescriber
-- makes:     one row per cohort, year and prescriber of a drug of the cohort
-- key:       cohort, service_year, npi
-- reads:     claims.service_line, episodes.chronic_service_code
-- cites:     ASM specification 2.2(5) (condition-related Part D prescribing)
-- evidence:  claims.service_line(npi)
select
  drug.cohort, cx_year_of(lines.service_date) as service_year, lines.npi,
  count(distinct lines.person_id) as patients
from claims.service_line as lines
join episodes.chronic_service_code as drug
  on drug.code_system = 'ndc' and drug.setting = lines.setting and drug.code = lines.ndc_code
where lines.part = 'D' and lines.npi is not null and lines.service_date is not null
group by drug.cohort, cx_year_of(lines.service_date), lines.npi
