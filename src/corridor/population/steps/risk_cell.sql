-- step:      population.risk_cell
-- makes:     one row per model and set of characteristics that people share: their segment, their age cell, and the
--            flags that terms and interactions ask for
-- key:       cell_key, model
-- reads:     population.risk_person, population.risk_model, population.risk_segment, population.hcc_group_bit
-- rules:     risk.aged_at, risk.dual_status, risk.original_reason, risk.graft_months, risk.age_cell
-- cites:     CMS-HCC software E2118P1M and CMS_HCC_utils.py (DISABL, ORIGDS, NE_ORIGDIS, age cells); docs/risk.md
-- evidence:  population.risk_person(age, sex)
with shared as (
  select
    *,
    cast(row_number() over (
      order by age, sex, dual_status_code, original_reason, institutional, new_enrollee, special_needs_plan,
        esrd_status, graft_months
    ) as integer) as cell_key
  from (
    select distinct
      age, sex, dual_status_code, original_reason, institutional, new_enrollee, special_needs_plan, esrd_status,
      graft_months
    from population.risk_person
  ) as combination
),
described as (
  select
    shared.*, model.model, model.family, aged.value as aged_at, coalesce(dual.benefit, 'none') as benefit,
    coalesce(dual.medicaid, false) as medicaid, coalesce(reason.disability, false) as disability,
    coalesce(reason.not_age, false) as not_age, coalesce(reason.esrd, false) as originally_esrd, months.months,
    case
      when model.people = 'everyone' and shared.new_enrollee and shared.special_needs_plan then 'snp_new_enrollee'
      when model.people = 'everyone' and shared.new_enrollee then 'new_enrollee'
      when model.people = 'everyone' and shared.institutional then 'institutional'
      when model.people = 'everyone' then 'community'
      when shared.esrd_status = 'dialysis' and shared.new_enrollee then 'dialysis_new_enrollee'
      when shared.esrd_status = 'dialysis' then 'dialysis'
      when months.transplant then 'transplant'
      when shared.new_enrollee then 'graft_new_enrollee'
      when shared.institutional then 'graft_institutional'
      else 'graft_community'
    end as enrollee
  from shared
  cross join population.risk_model as model
  cross join rules.risk_aged_at as aged
  left join rules.risk_dual_status as dual on dual.dual_status_code = shared.dual_status_code
  left join rules.risk_original_reason as reason on reason.original_reason = shared.original_reason
  left join rules.risk_graft_months as months
    on months.at_least <= shared.graft_months and (months.below is null or shared.graft_months < months.below)
  where model.people = 'everyone' or shared.esrd_status <> 'none'
),
-- a new enrollee by age who is a year short of it on the day counts as having reached it
counted as (
  select
    *,
    case
      when new_enrollee and enrollee <> 'transplant' and age = aged_at - 1 and not not_age then aged_at else age
    end as counted_age
  from described
),
flag as (
  select
    model,
    bit_or(case when hcc_group = 'DISABLED' then group_bit else 0 end) as disabled_bit,
    bit_or(case when hcc_group = 'NONAGED' then group_bit else 0 end) as nonaged_bit
  from population.hcc_group_bit
  group by model
)
select
  counted.cell_key, counted.model, segment.model_key, counted.age, counted.sex, counted.dual_status_code,
  counted.original_reason, counted.institutional, counted.new_enrollee, counted.special_needs_plan,
  counted.esrd_status, counted.graft_months, counted.enrollee, counted.benefit, counted.medicaid,
  segment.segment_key, segment.segment, segment.prefix, segment.cell_lead, segment.cell_mark, cell.cell,
  counted.months, counted.counted_age >= counted.aged_at as aged,
  counted.disability and (counted.counted_age >= counted.aged_at or segment.disabled_at_any_age)
    as originally_disabled,
  counted.originally_esrd, segment.coefficient_vintage,
  case when counted.age < counted.aged_at and counted.not_age then coalesce(flag.disabled_bit, 0) else 0 end
    | case when counted.age < counted.aged_at then coalesce(flag.nonaged_bit, 0) else 0 end as flag_bits
from counted
join population.risk_segment as segment
  on segment.model = counted.model and segment.enrollee = counted.enrollee
  and (segment.benefit is null or segment.benefit = counted.benefit)
  and (segment.aged is null or segment.aged = (counted.counted_age >= counted.aged_at))
left join rules.risk_age_cell as cell
  on cell.series = segment.cell_series and cell.at_least <= counted.counted_age
  and (cell.below is null or counted.counted_age < cell.below)
left join flag on flag.model = counted.model
