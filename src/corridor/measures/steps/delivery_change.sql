-- step:      measures.delivery_change
-- makes:     one row per source, year and cause (enrollment_mix, risk, volume, price): how much of the change of PBPY
--            between the two newest deliveries it made; the causes add up to the change to the cent
-- key:       source_id, year, cause
-- reads:     measures.delivery_panel, measures.delivery_cell
-- rules:     population.months_per_year
-- cites:     Corridor; docs/deliveries.md (factors replaced one after the other)
-- evidence:  measures.delivery_cell(source_id, year)
with type_sides as (
  select
    source_id, year, enrollment_type,
    max(case when side = 'before' then member_months else 0 end) as months_0,
    max(case when side = 'now' then member_months else 0 end) as months_1,
    max(case when side = 'before' then mean_risk end) as risk_0, max(case when side = 'now' then mean_risk end) as risk_1
  from measures.delivery_panel
  group by source_id, year, enrollment_type
),
type_factor as (
  select
    source_id, year, enrollment_type, months_0, months_1,
    cx_divide(months_0, sum(months_0) over (partition by source_id, year)) as share_0,
    cx_divide(months_1, sum(months_1) over (partition by source_id, year)) as share_1,
    coalesce(risk_0, risk_1) as risk_0, coalesce(risk_1, risk_0) as risk_1
  from type_sides
),
cell_sides as (
  select
    source_id, year, enrollment_type, setting,
    sum(case when side = 'before' then amount else 0 end) as amount_0,
    sum(case when side = 'now' then amount else 0 end) as amount_1,
    sum(case when side = 'before' then services else 0 end) as services_0,
    sum(case when side = 'now' then services else 0 end) as services_1
  from measures.delivery_cell
  group by source_id, year, enrollment_type, setting
),
-- amounts without a service behind them have no price: they are their own volume
counted as (
  select
    cell.source_id, cell.year, cell.enrollment_type, cell.setting, factor.share_0, factor.share_1, factor.risk_0,
    factor.risk_1, factor.months_0, factor.months_1, cell.amount_0, cell.amount_1,
    case when plain then cell.amount_0 else cell.services_0 end as units_0,
    case when plain then cell.amount_1 else cell.services_1 end as units_1
  from (
    select cell_sides.*,
      (amount_0 <> 0 and services_0 <= 0) or (amount_1 <> 0 and services_1 <= 0) as plain
    from cell_sides
  ) as cell
  join type_factor as factor
    on factor.source_id = cell.source_id and factor.year = cell.year and factor.enrollment_type = cell.enrollment_type
),
-- what a side does not have is taken from the other: it then makes no change of its own
factored as (
  select
    source_id, year, share_0, share_1, risk_0, risk_1,
    coalesce(cx_divide(units_0, months_0 * risk_0), cx_divide(units_1, months_1 * risk_1), 0) as volume_0,
    coalesce(cx_divide(units_1, months_1 * risk_1), cx_divide(units_0, months_0 * risk_0), 0) as volume_1,
    coalesce(cx_divide(amount_0, units_0), cx_divide(amount_1, units_1), 0) as price_0,
    coalesce(cx_divide(amount_1, units_1), cx_divide(amount_0, units_0), 0) as price_1
  from counted
),
staged as (
  select
    factored.source_id, factored.year,
    cast(cx_exact_sum(share_0 * risk_0 * volume_0 * price_0 * whole.value) as decimal(18, 2)) as before_pbpy,
    cast(cx_exact_sum(share_1 * risk_0 * volume_0 * price_0 * whole.value) as decimal(18, 2)) as mixed,
    cast(cx_exact_sum(share_1 * risk_1 * volume_0 * price_0 * whole.value) as decimal(18, 2)) as risked,
    cast(cx_exact_sum(share_1 * risk_1 * volume_1 * price_0 * whole.value) as decimal(18, 2)) as used,
    cast(cx_exact_sum(share_1 * risk_1 * volume_1 * price_1 * whole.value) as decimal(18, 2)) as now_pbpy
  from factored
  cross join rules.population_months_per_year as whole
  -- a year that the delivery before did not know has nothing to be compared with
  where share_0 is not null and share_1 is not null
  group by factored.source_id, factored.year
),
causes as (
  select source_id, year, 'enrollment_mix' as cause, mixed - before_pbpy as amount, before_pbpy, now_pbpy from staged
  union all
  select source_id, year, 'risk' as cause, risked - mixed as amount, before_pbpy, now_pbpy from staged
  union all
  select source_id, year, 'volume' as cause, used - risked as amount, before_pbpy, now_pbpy from staged
  union all
  select source_id, year, 'price' as cause, now_pbpy - used as amount, before_pbpy, now_pbpy from staged
)
select
  source_id, year, cause, cast(amount as decimal(18, 2)) as amount, before_pbpy, now_pbpy,
  cast(now_pbpy - before_pbpy as decimal(18, 2)) as change
from causes
