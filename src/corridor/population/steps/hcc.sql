-- step:      population.hcc
-- makes:     one row per person, payment year, model and HCC that stands after hierarchies
-- key:       person_id, payment_year, model, hcc
-- reads:     population.hcc_member, population.hcc_item, population.risk_model, reference.hcc_label,
--            reference.hcc_chronic
-- cites:     CMS-HCC software V24H86H1, V28115H1; docs/risk.md
-- evidence:  population.risk_diagnosis(person_id)
with label as (
  select
    model, hcc, label, row_number() over (partition by model, hcc order by vintage desc, label) as place
  from reference.hcc_label
),
chronic as (
  select model, hcc, bool_or(chronic) as chronic
  from reference.hcc_chronic
  group by model, hcc
)
select
  member.person_id, model.payment_year, item.model, item.hcc, label.label, chronic.chronic,
  cast(member.coefficient as double) as coefficient
from population.hcc_member as member
join population.hcc_item as item on item.hcc_key = member.hcc_key
join population.risk_model as model on model.model = item.model
left join label on label.model = item.model and label.hcc = item.hcc and label.place = 1
left join chronic on chronic.model = item.model and chronic.hcc = item.hcc
