-- step:      billing.drug_line
-- makes:     one row per line of a Part B drug: the payment limit of its quarter against what was allowed, the day's
--            units against the usual dose, and what its modifiers say of wastage and of 340B
-- key:       source_id, claim_id, claim_line_number
-- reads:     billing.drug_service, billing.drug_usual, reference.asp_price
-- rules:     drug.asp_add_on, drug.wastage_modifier, drug.modifier_340b, pfs.coinsurance_share,
--            pfs.sequestration_share
-- cites:     42 CFR 414.904(a); docs/drugs-and-skin-substitutes.md
-- evidence:  billing.drug_service(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with listed as (
  select quarter, hcpcs_code, max(payment_limit) as payment_limit
  from reference.asp_price
  where payment_limit > 0
  group by quarter, hcpcs_code
),
-- the administered and the thrown-away part of one dose stand on two lines: the day is asked, not the line
day as (
  select
    hcpcs_code, person_id, service_date, coalesce(tin, '') as tin, sum(units) as units,
    max(case when discarded then 1 else 0 end) = 1 as discarded,
    max(case when nothing_discarded then 1 else 0 end) = 1 as nothing_discarded
  from billing.drug_service
  where line_kind = 'drug'
  group by hcpcs_code, person_id, service_date, coalesce(tin, '')
),
-- how a billing entity marks the lines of a drug
entity as (
  select
    hcpcs_code, coalesce(facility_ccn, tin, '') as entity, count(*) as lines, count(modifier_340b) as marked_lines
  from billing.drug_service
  where line_kind = 'drug'
  group by hcpcs_code, coalesce(facility_ccn, tin, '')
),
priced as (
  select
    line.modifiers_known, line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.service_date, line.month, line.npi,
    line.tin, line.facility_ccn, line.setting, line.place_of_service_code, line.hcpcs_code, line.family, line.units,
    line.charge_amount, line.allowed_amount, line.paid_amount, line.wastage_applies, line.discarded,
    line.nothing_discarded, line.modifier_340b,
    concat(cast(cx_year_of(line.service_date) as varchar), 'Q', cast(quarter(line.service_date) as varchar))
      as quarter
  from billing.drug_service as line
  where line.line_kind = 'drug'
),
valued as (
  select
    priced.*, listed.payment_limit,
    cast(cast(listed.payment_limit * priced.units as decimal(38, 9)) as decimal(18, 2)) as limit_amount
  from priced
  left join listed on listed.quarter = priced.quarter and listed.hcpcs_code = priced.hcpcs_code
),
limited as (
  select
    valued.*,
    -- the actual charge where it is lower
    case
      when valued.charge_amount < valued.limit_amount then valued.charge_amount
      else valued.limit_amount
    end as expected_amount
  from valued
)
select
  limited.source_id, limited.claim_id, limited.claim_line_number, limited.person_id, limited.service_date,
  limited.month, limited.npi, limited.tin, limited.facility_ccn, limited.setting, limited.place_of_service_code,
  limited.hcpcs_code, limited.family, limited.units, limited.quarter, limited.payment_limit, limited.limit_amount,
  limited.expected_amount,
  limited.charge_amount, limited.allowed_amount, limited.paid_amount,
  cast(limited.allowed_amount - limited.expected_amount as decimal(18, 2)) as price_difference,
  cx_divide(limited.limit_amount, 1 + added.value) as asp_amount,
  cast(limited.limit_amount as double) - cx_divide(limited.limit_amount, 1 + added.value) as add_on_amount,
  -- taken off Medicare's part only
  cast(limited.expected_amount as double) * (1 - patient.value) * cut.value as sequestration_amount,
  day.units as day_units, usual.usual_units, cx_divide(day.units, usual.usual_units) as units_ratio,
  coalesce(usual.single_dose, false) as single_dose, usual.single_dose_basis, limited.discarded,
  limited.nothing_discarded, coalesce(needed.needed, false) as wastage_needed,
  coalesce(needed.enforced, false) as wastage_enforced,
  case
    when limited.discarded and limited.nothing_discarded then 'both_on_line'
    when day.discarded and day.nothing_discarded then 'both_on_day'
    when day.discarded then 'discarded'
    when day.nothing_discarded then 'nothing_discarded'
    when not limited.wastage_applies or not coalesce(usual.single_dose, false) then 'not_asked'
    when not limited.modifiers_known then 'not_known'
    when coalesce(needed.needed, false) then 'missing'
    else 'not_needed'
  end as wastage_state,
  limited.modifier_340b, bought.accepted as modifier_340b_accepted, bought.needed_of as modifier_340b_needed_of,
  entity.lines as entity_lines, entity.marked_lines as entity_marked_lines
from limited
join day
  on day.hcpcs_code = limited.hcpcs_code and day.person_id = limited.person_id
  and day.service_date = limited.service_date and day.tin = coalesce(limited.tin, '')
join entity
  on entity.hcpcs_code = limited.hcpcs_code
  and entity.entity = coalesce(limited.facility_ccn, limited.tin, '')
left join billing.drug_usual as usual on usual.hcpcs_code = limited.hcpcs_code
left join rules.drug_asp_add_on as added
  on limited.service_date >= added.valid_from
  and (added.valid_to is null or limited.service_date < added.valid_to)
left join rules.drug_wastage_modifier as needed
  on needed.meaning = 'nothing_discarded' and limited.service_date >= needed.valid_from
  and (needed.valid_to is null or limited.service_date < needed.valid_to)
left join rules.drug_modifier_340b as bought
  on bought.modifier = limited.modifier_340b and limited.service_date >= bought.valid_from
  and (bought.valid_to is null or limited.service_date < bought.valid_to)
left join rules.pfs_coinsurance_share as patient
  on limited.service_date >= patient.valid_from
  and (patient.valid_to is null or limited.service_date < patient.valid_to)
left join rules.pfs_sequestration_share as cut
  on limited.service_date >= cut.valid_from
  and (cut.valid_to is null or limited.service_date < cut.valid_to)
