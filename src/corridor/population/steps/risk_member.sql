-- step:      population.risk_member
-- makes:     one row per person and model that scores the person: the segment, the flags, the demographic part
-- key:       person_id, model_key
-- reads:     population.risk_person, population.risk_cell, population.risk_cell_term
-- cites:     CMS-HCC software; docs/risk.md
-- evidence:  population.risk_cell(cell_key, model)
with demographic as (
  select cell_key, model, cast(sum(coefficient) as decimal(18, 6)) as coefficient
  from population.risk_cell_term
  group by cell_key, model
),
cell as (
  select
    cell.age, cell.sex, cell.dual_status_code, cell.original_reason, cell.institutional, cell.new_enrollee,
    cell.special_needs_plan, cell.esrd_status, cell.graft_months, cell.cell_key, cell.model_key,
    cell.segment_key, cell.flag_bits, coalesce(demographic.coefficient, 0) as demographic
  from population.risk_cell as cell
  left join demographic on demographic.cell_key = cell.cell_key and demographic.model = cell.model
)
select
  person.person_id, cell.model_key, cell.cell_key, cell.segment_key, cell.flag_bits,
  cast(cell.demographic as decimal(18, 6)) as demographic
from population.risk_person as person
join cell
  on cell.age = person.age and cell.sex = person.sex and cell.dual_status_code = person.dual_status_code
  and cell.original_reason = person.original_reason and cell.institutional = person.institutional
  and cell.new_enrollee = person.new_enrollee and cell.special_needs_plan = person.special_needs_plan
  and cell.esrd_status = person.esrd_status and cell.graft_months = person.graft_months
