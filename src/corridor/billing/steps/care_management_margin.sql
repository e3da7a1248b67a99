-- step:      billing.care_management_margin
-- makes:     one row per clinician, practice, year and program: who could have it and who had it, what a month brings
--            and costs, the margin of what is billed, and the panel at which the fixed cost is met
-- key:       npi, tin, year, program
-- reads:     billing.program_candidate, billing.care_month, billing.clinician_price
-- rules:     primary_care.staff_cost, primary_care.hourly_cost, primary_care.minutes_per_hour,
--            primary_care.collected_coinsurance, primary_care.program_month_code, pfs.coinsurance_share,
--            pfs.sequestration_share
-- cites:     primary-care code notes D.6, D.7, E.6; fee schedule notes A.5; docs/apcm.md (cost is the user's own)
-- evidence:  billing.care_month(npi, tin, program)
-- owner:     tin, npi
with cost as (
  select
    staff.program, staff.fixed_monthly_cost,
    cx_divide(staff.staff_minutes, minutes.value) * worker.hourly_cost
      + cx_divide(staff.practitioner_minutes, minutes.value) * doctor.hourly_cost
      + cx_divide(staff.consultant_minutes, minutes.value) * consultant.hourly_cost + staff.other_cost as month_cost
  from rules.primary_care_staff_cost as staff
  cross join rules.primary_care_minutes_per_hour as minutes
  join rules.primary_care_hourly_cost as worker on worker.role = 'staff'
  join rules.primary_care_hourly_cost as doctor on doctor.role = 'practitioner'
  join rules.primary_care_hourly_cost as consultant on consultant.role = 'consultant'
),
billed as (
  select
    npi, tin, cast(floor(cx_divide(month, 100)) as integer) as year,
    case program when 'bhi_addon' then 'bhi' when 'cocm_addon' then 'cocm' else program end as program,
    count(distinct person_id) as people, count(*) as person_months,
    cast(sum(allowed_amount) as decimal(18, 2)) as allowed_amount
  from billing.care_month
  group by npi, tin, cast(floor(cx_divide(month, 100)) as integer),
    case program when 'bhi_addon' then 'bhi' when 'cocm_addon' then 'cocm' else program end
),
-- an ordinary month by the schedule in force when the year ends
ordinary as (
  select
    price.npi, price.tin, cx_year_of(price.valid_from) as year, code.program,
    cast(sum(price.amount) as decimal(18, 2)) as amount
  from billing.clinician_price as price
  join rules.primary_care_program_month_code as code
    on code.hcpcs_code = price.hcpcs_code and price.valid_from >= code.valid_from
    and (code.valid_to is null or price.valid_from < code.valid_to)
  where price.valid_to = make_date(cx_year_of(price.valid_from) + 1, 1, 1)
  group by price.npi, price.tin, cx_year_of(price.valid_from), code.program
),
named as (
  select npi, tin, year, program from billing.program_candidate
  union
  select billed.npi, billed.tin, billed.year, billed.program from billed join cost on cost.program = billed.program
),
joined as (
  select
    named.npi, named.tin, named.year, named.program, coalesce(able.people, 0) as candidates,
    coalesce(able.person_months, 0) as candidate_months, coalesce(able.months, 0) as months,
    coalesce(billed.people, 0) as billed_people, coalesce(billed.person_months, 0) as billed_months,
    coalesce(billed.allowed_amount, 0) as billed_amount,
    coalesce(able.mean_level_amount, ordinary.amount) as month_amount, cost.month_cost, cost.fixed_monthly_cost,
    -- of an allowed dollar: Medicare's share less sequestration, and of the coinsurance what is collected
    (1 - owed.value) * (1 - sequestered.value) + owed.value * collected.value as kept
  from named
  left join billing.program_candidate as able
    on able.npi = named.npi and able.tin = named.tin and able.year = named.year and able.program = named.program
  left join billed
    on billed.npi = named.npi and billed.tin = named.tin and billed.year = named.year
    and billed.program = named.program
  left join ordinary
    on ordinary.npi = named.npi and ordinary.tin = named.tin and ordinary.year = named.year
    and ordinary.program = named.program
  join cost on cost.program = named.program
  cross join rules.primary_care_collected_coinsurance as collected
  left join rules.pfs_coinsurance_share as owed
    on make_date(named.year, 1, 1) >= owed.valid_from
    and (owed.valid_to is null or make_date(named.year, 1, 1) < owed.valid_to)
  left join rules.pfs_sequestration_share as sequestered
    on make_date(named.year, 1, 1) >= sequestered.valid_from
    and (sequestered.valid_to is null or make_date(named.year, 1, 1) < sequestered.valid_to)
)
select
  npi, tin, year, program, candidates, candidate_months, months, billed_people, billed_months,
  cast(billed_amount as decimal(18, 2)) as billed_amount, month_amount,
  cast(month_amount * kept as decimal(18, 2)) as month_revenue, cast(month_cost as decimal(18, 2)) as month_cost,
  cast(month_amount * kept - month_cost as decimal(18, 2)) as month_margin,
  cast(billed_amount * kept as decimal(18, 2)) as billed_revenue,
  cast(billed_amount * kept - month_cost * billed_months as decimal(18, 2)) as billed_margin,
  cast(fixed_monthly_cost as decimal(18, 2)) as fixed_monthly_cost,
  -- people a month whose margin carries the fixed cost; never, where a month costs what it brings
  cast(case
    when month_amount * kept > month_cost then ceil(cx_divide(fixed_monthly_cost, month_amount * kept - month_cost))
  end as bigint) as break_even_people,
  cast(month_amount * kept * greatest(candidate_months - billed_months, 0) as decimal(18, 2)) as open_revenue
from joined
