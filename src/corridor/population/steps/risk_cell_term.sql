-- step:      population.risk_cell_term
-- makes:     one row per model, set of characteristics and term they bring: age and sex, original disability,
--            Medicaid, institution, graft; with its coefficient
-- key:       cell_key, model, term
-- reads:     population.risk_cell, reference.hcc_coefficient
-- rules:     risk.demographic_term, risk.actuarial_adjustment, risk.model
-- cites:     CMS-HCC software E2118P1M; CMS relative factors of the payment year; docs/risk.md
-- evidence:  population.risk_cell(cell_key, model)
with named as (
  select
    cell.cell_key, cell.model, cell.prefix, cell.coefficient_vintage, cell.enrollee, cell.months,
    case
      when cell.cell_lead = 'none' then cell.sex || cell.cell
      else case
          when cell.cell_lead = 'medicaid' and cell.medicaid then 'MCAID_'
          when cell.cell_lead = 'medicaid' then 'NMCAID_'
          when cell.benefit = 'full' then 'FBD_'
          else 'ND_PBD_'
        end
        || case when cell.originally_disabled then 'ORIGDIS_' else 'NORIGDIS_' end
        || cell.cell_mark || 'NE' || cell.sex || cell.cell
    end as term
  from population.risk_cell as cell
  where cell.cell is not null
  union all
  select
    cell.cell_key, cell.model, case when extra.prefixed then cell.prefix else '' end as prefix,
    cell.coefficient_vintage, cell.enrollee, cell.months, extra.term
  from population.risk_cell as cell
  join rules.risk_model as model on model.model = cell.model
  join rules.risk_demographic_term as extra
    on extra.family = model.family and extra.enrollee = cell.enrollee
    and (extra.sex is null or extra.sex = cell.sex)
    and (extra.aged is null or extra.aged = cell.aged)
    and (extra.benefit is null or extra.benefit = cell.benefit)
    and (extra.medicaid is null or extra.medicaid = cell.medicaid)
    and (extra.originally_disabled is null or extra.originally_disabled = cell.originally_disabled)
    and (extra.originally_esrd is null or extra.originally_esrd = cell.originally_esrd)
    and (extra.institutional is null or extra.institutional = cell.institutional)
    and (extra.months is null or extra.months = cell.months)
),
weighted as (
  select
    named.cell_key, named.model, named.term, named.enrollee, named.months, named.coefficient_vintage,
    cast(factor.coefficient as decimal(18, 6)) as coefficient
  from named
  join reference.hcc_coefficient as factor
    on factor.model = named.model and factor.vintage = named.coefficient_vintage
    and factor.name = named.prefix || lower(named.term)
),
-- the score of a new enrollee with a graft is divided as a whole: the difference is a term of its own
adjusted as (
  select
    weighted.cell_key, weighted.model, adjustment.term,
    cast(
      cx_divide(sum(weighted.coefficient), max(factor.coefficient)) as decimal(18, 6)
    ) - sum(weighted.coefficient) as coefficient
  from weighted
  join rules.risk_model as model on model.model = weighted.model
  join rules.risk_actuarial_adjustment as adjustment
    on adjustment.family = model.family and adjustment.enrollee = weighted.enrollee
    and adjustment.months = weighted.months
  join reference.hcc_coefficient as factor
    on factor.model = weighted.model and factor.vintage = weighted.coefficient_vintage
    and factor.name = lower(adjustment.term)
  group by weighted.cell_key, weighted.model, adjustment.term
)
select cell_key, model, term, coefficient from weighted
union all
select cell_key, model, term, cast(coefficient as decimal(18, 6)) as coefficient from adjusted
