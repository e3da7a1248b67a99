-- step:      billing.program_candidate
-- makes:     one row per clinician, practice, year and care-management program: people who could have it, by what claims
--            show of them, and their months
-- key:       npi, tin, year, program
-- reads:     billing.apcm_patient_month, billing.counted_condition
-- rules:     primary_care.program_gate, primary_care.program_condition
-- cites:     primary-care code notes D.7, E.6; docs/apcm.md
-- evidence:  billing.apcm_patient_month(npi, tin)
-- owner:     tin, npi
with months as (
  select person_id, npi, tin, cx_year_of(first_day) as year, month, conditions, level_amount
  from billing.apcm_patient_month
  where npi is not null and tin is not null and eligible and whole_month
    and (missed or switchable or billed_code is not null)
),
ill as (
  select met.person_id, listed.program, min(met.first_month) as first_month
  from billing.counted_condition as met
  join rules.primary_care_program_condition as listed on listed.counts_as = met.counts_as
  group by met.person_id, listed.program
),
able as (
  select months.npi, months.tin, months.year, months.person_id, months.month, gate.program, months.level_amount
  from months
  join rules.primary_care_program_gate as gate
    on months.conditions >= gate.conditions_at_least
    and (gate.conditions_at_most is null or months.conditions <= gate.conditions_at_most)
  union all
  select months.npi, months.tin, months.year, months.person_id, months.month, ill.program, months.level_amount
  from months
  join ill on ill.person_id = months.person_id and ill.first_month <= months.month
)
select
  npi, tin, year, program, count(distinct person_id) as people, count(*) as person_months,
  count(distinct month) as months,
  cast(case when program = 'apcm' then cx_divide(sum(level_amount), count(level_amount)) end as decimal(18, 2))
    as mean_level_amount
from able
group by npi, tin, year, program
