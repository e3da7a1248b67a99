-- step:      mssp.terms
-- makes:     one row per ACO and performance year: the terms an ACO has stated, of the newest list; where a year has
--            none, nothing is carried over
-- key:       aco_id, performance_year
-- reads:     org_raw.aco_terms
-- cites:     Corridor (docs/aco.md)
-- evidence:  none
-- owner:     aco_id
with ranked as (
  select
    aco_id, performance_year, track, agreement_start_year, agreement_period, minimum_savings_election,
    revenue_category, participant_revenue, quality_score, quality_standard_met, alternative_standard_met,
    assigned_beneficiaries, historical_benchmark_esrd, historical_benchmark_disabled,
    historical_benchmark_aged_dual, historical_benchmark_aged_non_dual, update_factor_esrd, update_factor_disabled,
    update_factor_aged_dual, update_factor_aged_non_dual, trend_by1_esrd, trend_by1_disabled, trend_by1_aged_dual,
    trend_by1_aged_non_dual, trend_by2_esrd, trend_by2_disabled, trend_by2_aged_dual, trend_by2_aged_non_dual,
    row_number() over (
      partition by aco_id, performance_year
      order by file_date desc nulls last, delivery_id desc, track, agreement_start_year
    ) as place
  from org_raw.aco_terms
  where coalesce(program, 'mssp') = 'mssp'
)
select
  aco_id, performance_year, track, agreement_start_year, agreement_period, minimum_savings_election, revenue_category,
  participant_revenue, quality_score, quality_standard_met, alternative_standard_met, assigned_beneficiaries,
  historical_benchmark_esrd, historical_benchmark_disabled, historical_benchmark_aged_dual,
  historical_benchmark_aged_non_dual, update_factor_esrd, update_factor_disabled, update_factor_aged_dual,
  update_factor_aged_non_dual, trend_by1_esrd, trend_by1_disabled, trend_by1_aged_dual, trend_by1_aged_non_dual,
  trend_by2_esrd, trend_by2_disabled, trend_by2_aged_dual, trend_by2_aged_non_dual
from ranked
where place = 1
