-- step:      population.risk_wanted
-- makes:     one row per model that the payment year after the data year is scored with
-- key:       model
-- reads:     run.setting
-- rules:     risk.blend
-- cites:     CMS rate announcements (models of a payment year); docs/risk.md
-- evidence:  none
select blend.model, cast(setting.data_year + 1 as integer) as payment_year
from run.setting as setting
join rules.risk_blend as blend
  on blend.valid_from <= make_date(cast(setting.data_year + 1 as integer), 1, 1)
  and (blend.valid_to is null or blend.valid_to > make_date(cast(setting.data_year + 1 as integer), 1, 1))
