-- step:      population.risk_model
-- makes:     one row per wanted model whose mapping and coefficients are installed: which editions of them count,
--            the coding intensity of the payment year and the weight of the model in its score
-- key:       model
-- reads:     population.risk_wanted, reference.hcc_mapping, reference.hcc_coefficient
-- rules:     risk.model, risk.blend, risk.coding_intensity, risk.use_proposed_coefficients
-- cites:     CMS rate announcements; the newest edition not after the payment year counts: docs/risk.md
-- evidence:  none
with mapping as (
  select wanted.model, max(edition.vintage) as newest
  from population.risk_wanted as wanted
  join (select distinct model, vintage from reference.hcc_mapping) as edition on edition.model = wanted.model
  where edition.vintage < cast(wanted.payment_year + 1 as varchar)
  group by wanted.model
),
coefficient as (
  select wanted.model, max(edition.vintage) as newest
  from population.risk_wanted as wanted
  cross join rules.risk_use_proposed_coefficients as proposed
  join (select distinct model, vintage, status from reference.hcc_coefficient) as edition
    on edition.model = wanted.model and (edition.status <> 'proposed' or proposed.value)
  where edition.vintage < cast(wanted.payment_year + 1 as varchar)
  group by wanted.model
),
status as (
  select model, vintage, max(status) as status
  from reference.hcc_coefficient
  group by model, vintage
)
select
  wanted.model, cast(row_number() over (order by wanted.model) as integer) as model_key, model.family,
  model.people, wanted.payment_year, mapping.newest as mapping_vintage,
  coefficient.newest as coefficient_vintage, status.status as coefficient_status,
  intensity.value as coding_intensity, blend.weight as blend_weight, blend.people as blend_people
from population.risk_wanted as wanted
join rules.risk_model as model on model.model = wanted.model
join mapping on mapping.model = wanted.model
join coefficient on coefficient.model = wanted.model
join status on status.model = coefficient.model and status.vintage = coefficient.newest
left join rules.risk_coding_intensity as intensity
  on intensity.valid_from <= make_date(wanted.payment_year, 1, 1)
  and (intensity.valid_to is null or intensity.valid_to > make_date(wanted.payment_year, 1, 1))
left join rules.risk_blend as blend
  on blend.model = wanted.model and blend.valid_from <= make_date(wanted.payment_year, 1, 1)
  and (blend.valid_to is null or blend.valid_to > make_date(wanted.payment_year, 1, 1))
