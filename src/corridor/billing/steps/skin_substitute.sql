-- step:      billing.skin_substitute
-- makes:     one row per line of a skin substitute product: its area, whether and over what area it was applied that
--            day, what of it was thrown away, and what the one rate of 2026 gives beside what was allowed
-- key:       source_id, claim_id, claim_line_number
-- reads:     billing.drug_service, billing.skin_substitute_code, billing.skin_substitute_rate, billing.line
-- rules:     drug.skin_application_code, drug.skin_payment, drug.skin_wastage, drug.skin_headline_rate
-- cites:     fee-schedule notes F.1; docs/drugs-and-skin-substitutes.md
-- evidence:  billing.drug_service(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with product as (
  select
    line.*, coalesce(code.product_kind, 'not_in_file') as product_kind, coalesce(code.by_area, false) as by_area
  from billing.drug_service as line
  left join billing.skin_substitute_code as code on code.hcpcs_code = line.hcpcs_code
  where line.line_kind = 'product'
),
-- the clinician and the outpatient department may both bill one application: it is counted once
applied as (
  select
    line.person_id, line.service_date, line.setting, sum(line.units * code.area_cm2) as covered_area,
    sum(case when code.addon then 0 else line.units end) as applications, min(line.hcpcs_code) as first_code
  from billing.drug_service as line
  join rules.drug_skin_application_code as code on code.hcpcs_code = line.hcpcs_code
  where line.line_kind = 'application'
  group by line.person_id, line.service_date, line.setting
),
application as (
  select
    person_id, service_date, max(covered_area) as covered_area, max(applications) as applications,
    min(first_code) as application_code
  from applied
  group by person_id, service_date
),
day as (
  select
    person_id, service_date,
    sum(case when by_area and not discarded then units else 0 end) as applied_area,
    sum(case when by_area and discarded then units else 0 end) as discarded_area
  from product
  group by person_id, service_date
),
-- before the first year of the rate, that year's rate is what is compared with
span as (
  select min(year) as first_year, max(year) as last_year from billing.skin_substitute_rate
),
headline_start as (
  select setting, min(valid_from) as first_day
  from rules.drug_skin_headline_rate
  group by setting
),
-- the office: the schedule of the line's locality; an outpatient department: one rate everywhere
rated as (
  select
    product.*, payment.value as payment, wastage.value as wastage_rule,
    case
      when not product.by_area then null
      when product.setting = 'outpatient' then headline.rate
      else coalesce(own.unit_amount, country.unit_amount, headline.rate)
    end as flat_rate,
    case
      when not product.by_area then null
      when product.setting = 'outpatient' then 'outpatient_rate'
      when own.unit_amount is not null then 'locality'
      when country.unit_amount is not null then 'national'
      when headline.rate is not null then 'headline'
    end as rate_basis
  from product
  left join billing.line as place
    on place.source_id = product.source_id and place.claim_id = product.claim_id
    and place.claim_line_number = product.claim_line_number
  cross join span
  left join billing.skin_substitute_rate as own
    on own.year = least(greatest(cx_year_of(product.service_date), span.first_year), span.last_year)
    and own.mac = place.mac and own.locality = place.locality and own.qp = coalesce(place.qp, false)
  left join billing.skin_substitute_rate as country
    on country.year = least(greatest(cx_year_of(product.service_date), span.first_year), span.last_year)
    and country.mac = 'national' and country.qp = coalesce(place.qp, false)
  left join headline_start
    on headline_start.setting = case when product.setting = 'outpatient' then 'outpatient' else 'professional' end
  left join rules.drug_skin_headline_rate as headline
    on headline.setting = headline_start.setting
    and headline.valid_from <= greatest(product.service_date, headline_start.first_day)
    and (headline.valid_to is null or greatest(product.service_date, headline_start.first_day) < headline.valid_to)
  left join rules.drug_skin_payment as payment
    on product.service_date >= payment.valid_from
    and (payment.valid_to is null or product.service_date < payment.valid_to)
  left join rules.drug_skin_wastage as wastage
    on product.service_date >= wastage.valid_from
    and (wastage.valid_to is null or product.service_date < wastage.valid_to)
)
select
  rated.source_id, rated.claim_id, rated.claim_line_number, rated.person_id, rated.service_date, rated.month,
  rated.npi, rated.tin, rated.facility_ccn, rated.setting, rated.place_of_service_code, rated.hcpcs_code,
  rated.product_kind, rated.by_area, rated.units, rated.discarded, rated.nothing_discarded, rated.payment,
  rated.wastage_rule, application.application_code is not null as has_application, application.application_code,
  application.applications, application.covered_area, day.applied_area, day.discarded_area,
  cx_divide(day.applied_area, application.applications) as area_per_application,
  cx_divide(day.discarded_area, day.applied_area + day.discarded_area) as discarded_share,
  cast(greatest(cast(day.applied_area as double) - application.covered_area, 0) as double) as uncovered_area,
  rated.charge_amount, rated.allowed_amount, rated.paid_amount,
  cx_divide(rated.allowed_amount, rated.units) as allowed_per_unit, rated.flat_rate, rated.rate_basis,
  -- what is thrown away is not paid under the one rate
  case
    when rated.flat_rate is null then null
    when rated.discarded then cast(0 as decimal(18, 2))
    else cast(cast(rated.flat_rate * rated.units as decimal(38, 9)) as decimal(18, 2))
  end as flat_amount
from rated
join day on day.person_id = rated.person_id and day.service_date = rated.service_date
left join application
  on application.person_id = rated.person_id and application.service_date = rated.service_date
