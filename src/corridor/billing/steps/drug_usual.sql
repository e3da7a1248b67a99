-- step:      billing.drug_usual
-- makes:     one row per Part B drug: the usual units of a person's day, and whether it comes in single-dose
--            containers, by the list of the rules or as the loaded lines show
-- key:       hcpcs_code
-- reads:     billing.drug_service
-- rules:     drug.usual_quantile, drug.usual_minimum_lines, drug.single_dose_code, drug.single_dose_share,
--            drug.wastage_modifier
-- cites:     docs/drugs-and-skin-substitutes.md
-- evidence:  billing.drug_service(hcpcs_code)
with days as (
  select hcpcs_code, person_id, service_date, tin, sum(units) as units
  from billing.drug_service
  where line_kind = 'drug' and units > 0
  group by hcpcs_code, person_id, service_date, tin
),
counted as (
  select hcpcs_code, count(*) as days, max(units) as most_units
  from days
  group by hcpcs_code
),
ranked as (
  select
    days.hcpcs_code, cast(days.units as double) as units,
    row_number() over (
      partition by days.hcpcs_code order by days.units, days.person_id, days.service_date, days.tin
    ) - 1 as place,
    middle.value * (counted.days - 1) as wanted
  from days
  join counted on counted.hcpcs_code = days.hcpcs_code
  cross join rules.drug_usual_quantile as middle
),
usual as (
  select hcpcs_code, cx_exact_sum(units * (1 - abs(place - wanted))) as usual_units
  from ranked
  where abs(place - wanted) < 1
  group by hcpcs_code
),
-- how many lines carry one of the modifiers, since nothing thrown away must be said too
marked as (
  select
    line.hcpcs_code, count(*) as lines,
    sum(case when line.discarded or line.nothing_discarded then 1 else 0 end) as marked_lines
  from billing.drug_service as line
  join rules.drug_wastage_modifier as sign
    on sign.meaning = 'nothing_discarded' and sign.needed and line.service_date >= sign.valid_from
    and (sign.valid_to is null or line.service_date < sign.valid_to)
  where line.line_kind = 'drug' and line.wastage_applies
  group by line.hcpcs_code
)
select
  counted.hcpcs_code, counted.days, counted.most_units, coalesce(marked.lines, 0) as lines_since_needed,
  coalesce(marked.marked_lines, 0) as marked_lines,
  case when counted.days >= least_lines.value then usual.usual_units end as usual_units,
  case
    when listed.hcpcs_code is not null then listed.single_dose
    else coalesce(
      marked.lines >= least_lines.value and marked.marked_lines >= share.value * marked.lines, false
    )
  end as single_dose,
  case when listed.hcpcs_code is not null then 'list' else 'loaded_lines' end as single_dose_basis
from counted
join usual on usual.hcpcs_code = counted.hcpcs_code
cross join rules.drug_usual_minimum_lines as least_lines
cross join rules.drug_single_dose_share as share
left join marked on marked.hcpcs_code = counted.hcpcs_code
left join rules.drug_single_dose_code as listed on listed.hcpcs_code = counted.hcpcs_code
