-- step:      measures.equity
-- makes:     one row per level (all, aco, tin), entity, measure, stratifier and group: its rate against the reference
--            group's, as difference and ratio with intervals; groups too small to show are blanked, and with a lone
--            one the next smallest, so that it cannot be worked out from the rest
-- key:       level, entity_id, measure, stratifier, stratum
-- reads:     measures.equity_rate
-- rules:     equity.reference_group, equity.interval_deviations, claims.cell_size_minimum
-- cites:     CMS cell size suppression policy; docs/equity.md
-- evidence:  measures.equity_rate(level, entity_id, measure, stratifier, stratum)
with small as (
  select
    rate.*, rate.people < least_people.value as too_small,
    sum(case when rate.people < least_people.value then 1 else 0 end)
      over (partition by rate.level, rate.entity_id, rate.measure, rate.stratifier) as small_groups
  from measures.equity_rate as rate
  cross join rules.claims_cell_size_minimum as least_people
),
ranked as (
  select
    small.*,
    row_number() over (
      partition by level, entity_id, measure, stratifier, too_small order by people, stratum
    ) as place
  from small
),
shown as (
  select
    ranked.*, too_small or (small_groups = 1 and not too_small and place = 1) as suppressed
  from ranked
),
compared as (
  select
    shown.level, shown.entity_id, shown.measure, shown.stratifier, shown.stratum, shown.suppressed,
    chosen.reference_group, shown.people, shown.denominator, shown.rate, shown.rate_variance,
    shown.ratio_to_expected, other.rate as reference_rate, other.rate_variance as reference_variance,
    shown.suppressed or coalesce(other.suppressed, true) as hidden
  from shown
  join rules.equity_reference_group as chosen on chosen.stratifier = shown.stratifier
  left join shown as other
    on other.level = shown.level and other.entity_id = shown.entity_id and other.measure = shown.measure
    and other.stratifier = shown.stratifier and other.stratum = chosen.reference_group
),
sized as (
  select
    compared.*, z.value as deviations,
    case when not hidden and stratum <> reference_group then rate - reference_rate end as difference,
    case when not hidden and stratum <> reference_group then cx_divide(rate, reference_rate) end as ratio,
    sqrt(rate_variance + reference_variance) as difference_error,
    sqrt(cx_divide(rate_variance, rate * rate) + cx_divide(reference_variance, reference_rate * reference_rate))
      as ratio_error
  from compared
  cross join rules.equity_interval_deviations as z
)
select
  level, entity_id, measure, stratifier, stratum, reference_group, suppressed,
  case when not suppressed then people end as people,
  case when not suppressed then denominator end as denominator,
  case when not suppressed then rate end as rate,
  case when not suppressed then rate - deviations * sqrt(rate_variance) end as rate_low,
  case when not suppressed then rate + deviations * sqrt(rate_variance) end as rate_high,
  case when not suppressed then ratio_to_expected end as ratio_to_expected,
  difference, difference - deviations * difference_error as difference_low,
  difference + deviations * difference_error as difference_high,
  ratio, ratio * exp(-deviations * ratio_error) as ratio_low, ratio * exp(deviations * ratio_error) as ratio_high,
  case
    when difference is null then null
    when difference - deviations * difference_error > 0 then 'higher'
    when difference + deviations * difference_error < 0 then 'lower'
    else 'not distinguishable'
  end as finding
from sized
