-- step:      population.risk_segment
-- makes:     one row per model and status that leads to a segment: the segment, the prefix of its coefficients, its
--            age cells and its normalization factor
-- key:       model, enrollee, benefit, aged
-- reads:     population.risk_model
-- rules:     risk.segment, risk.normalization_factor
-- cites:     CMS-HCC software E2118P1M (segments); CMS rate announcements (normalization); docs/risk.md
-- evidence:  none
select
  model.model, model.model_key, model.payment_year, segment.enrollee, segment.benefit, segment.aged,
  segment.segment, cast(dense_rank() over (order by model.model, segment.segment) as integer) as segment_key,
  lower(segment.prefix) as prefix, segment.cell_series, segment.cell_lead, segment.cell_mark,
  segment.disabled_at_any_age, segment.series, factor.factor as normalization_factor, model.coding_intensity,
  model.coefficient_vintage, model.coefficient_status
from population.risk_model as model
join rules.risk_segment as segment on segment.family = model.family
left join rules.risk_normalization_factor as factor
  on factor.model = model.model and factor.series = segment.series
  and factor.valid_from <= make_date(model.payment_year, 1, 1)
  and (factor.valid_to is null or factor.valid_to > make_date(model.payment_year, 1, 1))
