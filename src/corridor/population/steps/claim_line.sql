-- step:      population.claim_line
-- makes:     one row per claim line and drug event: its category of service, whose it is, what was paid, allowed
--            and standardized, the expenditure (paid less add-on payments, without codes CMS set aside), and
--            whether care was virtual
-- key:       source_id, claim_id, claim_line_number, part
-- reads:     claims.service_line, population.service_code
-- rules:     population.setting_category, population.service_category, population.revenue_center_category,
--            population.virtual_sign, population.sequestration_added_back
-- cites:     42 CFR 425.605(a), 425.672; docs/population.md
-- evidence:  claims.service_line(source_id, claim_id, claim_line_number, part)
-- owner:     tin, npi
-- partition: service_month
with written as (
  select distinct modifiers
  from claims.service_line
  where modifiers is not null
),
modified as (
  select written.modifiers, min(sign.place) as place
  from written
  join rules.population_virtual_sign as sign
    on sign.sign = 'modifier' and concat(' ', written.modifiers, ' ') like concat('% ', sign.code, ' %')
  group by written.modifiers
),
mode as (
  select place, min(virtual_mode) as virtual_mode
  from rules.population_virtual_sign
  group by place
),
sorted as (
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.part, lines.person_id, lines.service_date,
    lines.claim_type_code, lines.hcpcs_code, lines.place_of_service_code, lines.npi, lines.tin,
    lines.facility_ccn, lines.paid_amount, lines.allowed_amount, lines.standardized_amount, lines.quantity,
    lines.add_on_amount, lines.sequestration_amount, lines.service_month,
    case when lines.part = 'D' then 'part_d_drug' else coalesce(
      case when revenue.before_code and kind.coded then revenue.service_category end,
      case when kind.coded then code.service_category end,
      case when kind.coded then revenue.service_category end,
      number.service_category, kind.service_category, 'other'
    ) end as service_category,
    coalesce(code.suspect, false) as suspect,
    -- the lowest place of what the place, the modifiers and the code say
    least(place_sign.place, modified.place, code_sign.place) as virtual_place
  from claims.service_line as lines
  left join rules.population_setting_category as kind on kind.setting = lines.setting
  left join rules.population_revenue_center_category as revenue
    on revenue.revenue_center_code = lines.revenue_center_code
  left join population.service_code as code
    on code.code_system = 'hcpcs' and code.code = lines.hcpcs_code and code.service_month = lines.service_month
  left join population.service_code as number
    on number.code_system = 'ccn' and number.code = lines.facility_ccn
    and number.service_month = lines.service_month and lines.setting = 'inpatient'
  left join rules.population_virtual_sign as place_sign
    on place_sign.sign = 'place' and place_sign.code = lines.place_of_service_code
  left join rules.population_virtual_sign as code_sign
    on code_sign.sign = 'hcpcs' and code_sign.code = lines.hcpcs_code
  left join modified on modified.modifiers = lines.modifiers
)
select
  sorted.source_id, sorted.claim_id, sorted.claim_line_number, sorted.part, sorted.person_id,
  sorted.service_date, sorted.service_month as month, sorted.service_category, sorted.npi, sorted.tin,
  sorted.facility_ccn, sorted.claim_type_code, sorted.hcpcs_code, sorted.place_of_service_code,
  coalesce(sorted.paid_amount, 0) as paid_amount, sorted.allowed_amount, sorted.standardized_amount,
  cast(case
    when sorted.part = 'D' or sorted.suspect then 0
    else coalesce(sorted.paid_amount, 0) - coalesce(sorted.add_on_amount, 0)
      + case when added.value then coalesce(sorted.sequestration_amount, 0) else 0 end
  end as decimal(18, 2)) as expenditure_amount,
  sorted.quantity, coalesce(category.post_acute, false) as post_acute, mode.virtual_mode, sorted.service_month
from sorted
cross join rules.population_sequestration_added_back as added
left join rules.population_service_category as category on category.service_category = sorted.service_category
left join mode on mode.place = sorted.virtual_place
