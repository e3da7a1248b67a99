-- step:      population.hcc_code
-- makes:     one row per model, diagnosis code and HCC it may count for; where an age or sex edit bears on the code,
--            whom the row holds for: those the edit fires on, or the others
-- key:       diagnosis_code, hcc_key, edited, when_fired
-- reads:     population.risk_model, population.hcc_item, reference.hcc_mapping, reference.hcc_edit
-- cites:     CMS-HCC software V24I0ED1, V28I0ED1 (edits before hierarchies); docs/risk.md
-- evidence:  none
with edit as (
  select
    edition.model, edition.diagnosis_code, edition.sex, edition.age_from, edition.age_to, edition.action,
    edition.hcc,
    row_number() over (
      partition by edition.model, edition.diagnosis_code order by edition.vintage desc
    ) as place
  from reference.hcc_edit as edition
  join population.risk_model as model on model.model = edition.model
  where edition.vintage < cast(model.payment_year + 1 as varchar)
),
mapped as (
  select
    mapping.model, mapping.diagnosis_code, mapping.hcc, edit.action, edit.sex, edit.age_from, edit.age_to,
    edit.hcc as other_hcc
  from reference.hcc_mapping as mapping
  join population.risk_model as model
    on model.model = mapping.model and model.mapping_vintage = mapping.vintage
  left join edit
    on edit.model = mapping.model and edit.diagnosis_code = mapping.diagnosis_code and edit.place = 1
),
counted as (
  select
    model, diagnosis_code, hcc, action is not null as edited, false as when_fired, sex, age_from, age_to
  from mapped
  union
  select model, diagnosis_code, other_hcc, true as edited, true as when_fired, sex, age_from, age_to
  from mapped
  where action = 'override' and other_hcc is not null
)
select
  counted.diagnosis_code, item.hcc_key, item.model_key, item.parent_bit, counted.edited, counted.when_fired,
  counted.sex as edit_sex, counted.age_from, counted.age_to, counted.model, counted.hcc
from counted
join population.hcc_item as item on item.model = counted.model and item.hcc = counted.hcc
