-- step:      action.realised
-- makes:     one row per action that later claims can speak of: what its codes allowed in the measured year above the year
--            before (where that is loaded), or the dollars of the score as they stand
-- key:       action_id
-- reads:     action.billed_month, action.from_asm, asm.result, billing.audit_line, run.setting
-- cites:     docs/next-best.md
-- evidence:  action.billed_month(action_id)
-- owner:     tin, npi
with loaded as (
  select cast(floor(cx_divide(min(month), 100)) as integer) as first_year from billing.audit_line
),
billed as (
  select
    sold.action_id, sold.npi, sold.tin,
    sum(case when floor(cx_divide(sold.month, 100)) = setting.data_year then sold.dollars else 0 end) as measured,
    sum(case when floor(cx_divide(sold.month, 100)) = setting.data_year - 1 then sold.dollars else 0 end) as before,
    max(case when loaded.first_year < setting.data_year then 1 else 0 end) = 1 as comparable
  from action.billed_month as sold
  cross join run.setting as setting
  cross join loaded
  group by sold.action_id, sold.npi, sold.tin
)
select
  action_id, npi, tin, cast(measured as double) as measured_dollars,
  case when comparable then cast(before as double) end as baseline_dollars,
  case when comparable then cast(measured - before as double) end as realised_dollars,
  cast(null as double) as standing_dollars, 'allowed in the measured year above the year before' as words
from billed
union all
select
  lever.action_id, lever.npi, lever.tin, cast(null as double) as measured_dollars, cast(null as double) as baseline_dollars,
  cast(null as double) as realised_dollars, result.dollars as standing_dollars,
  'dollars of the whole score: a later run holds them against those when it was marked' as words
from action.from_asm as lever
join asm.result as result
  on result.tin = lever.tin and result.npi = lever.npi
  and concat('asm:', cast(result.performance_year as varchar)) = lever.family
