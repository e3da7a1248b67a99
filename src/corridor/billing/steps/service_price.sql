-- step:      billing.service_price
-- makes:     one row per primary-care code, stretch of one fee schedule, conversion factor and locality: the schedule
--            amounts of one unit; the locality 'national' has all geographic indices at one
-- key:       hcpcs_code, valid_from, qp, mac, locality
-- reads:     reference.pfs_rvu, reference.pfs_gpci
-- rules:     primary_care.apcm_code, primary_care.addon_code, primary_care.care_management_code,
--            pfs.conversion_factor, pfs.conversion_factor_qp, pfs.work_gpci_floor
-- cites:     fee schedule notes A.1 (formula, one rounding half-up to cents), A.2, A.3
-- evidence:  none
with code as (
  select hcpcs_code from rules.primary_care_apcm_code
  union
  select hcpcs_code from rules.primary_care_addon_code
  union
  select hcpcs_code from rules.primary_care_care_management_code
),
-- relative values are the same for both factors: either file serves, the one of the factor first
chosen as (
  select
    rvu.year, rvu.release, rvu.valid_from, rvu.hcpcs_code, rvu.status_code, rvu.work_rvu, rvu.non_facility_pe_rvu,
    rvu.facility_pe_rvu, rvu.mp_rvu, rvu.non_facility_na, rvu.facility_na,
    row_number() over (
      partition by rvu.year, rvu.valid_from, rvu.hcpcs_code order by rvu.variant desc, rvu.release desc, rvu.vintage desc
    ) as place
  from reference.pfs_rvu as rvu
  join code on code.hcpcs_code = rvu.hcpcs_code
  where rvu.modifier = ''
),
-- a year's earliest release installed stands in for the months before it
stretch as (
  select
    chosen.*,
    case
      when lag(valid_from) over (partition by hcpcs_code, year order by valid_from) is null then make_date(year, 1, 1)
      else valid_from
    end as first_day,
    coalesce(lead(valid_from) over (partition by hcpcs_code, year order by valid_from), make_date(year + 1, 1, 1))
      as after_day
  from chosen
  where place = 1
),
factor as (
  select false as qp, value, valid_from, valid_to from rules.pfs_conversion_factor
  union all
  select true as qp, value, valid_from, valid_to from rules.pfs_conversion_factor_qp
),
newest_index as (
  select
    gpci.year, gpci.mac, gpci.locality, gpci.state, gpci.work_gpci, gpci.pe_gpci, gpci.mp_gpci,
    row_number() over (partition by gpci.year, gpci.mac, gpci.locality order by gpci.basis, gpci.vintage desc) as place
  from reference.pfs_gpci as gpci
),
place as (
  select year, mac, locality, state, work_gpci, pe_gpci, mp_gpci from newest_index where place = 1
  union all
  select distinct
    year, 'national' as mac, 'national' as locality, cast(null as varchar) as state, cast(1 as decimal(6, 3)) as work_gpci,
    cast(1 as decimal(6, 3)) as pe_gpci, cast(1 as decimal(6, 3)) as mp_gpci
  from stretch
),
valued as (
  select
    stretch.hcpcs_code, stretch.first_day as valid_from, stretch.after_day as valid_to, stretch.year, stretch.release,
    stretch.status_code, factor.qp, place.mac, place.locality, place.state, stretch.facility_na,
    stretch.non_facility_na, cast(factor.value as decimal(9, 4)) as conversion_factor,
    stretch.work_rvu * case
      when place.mac = 'national' then place.work_gpci
      else greatest(place.work_gpci, cast(floor_rule.value as decimal(6, 3)))
    end as work_part,
    stretch.non_facility_pe_rvu * place.pe_gpci as non_facility_part,
    stretch.facility_pe_rvu * place.pe_gpci as facility_part, stretch.mp_rvu * place.mp_gpci as mp_part
  from stretch
  join place on place.year = stretch.year
  join factor
    on stretch.first_day >= factor.valid_from and (factor.valid_to is null or stretch.first_day < factor.valid_to)
  left join rules.pfs_work_gpci_floor as floor_rule
    on stretch.first_day >= floor_rule.valid_from
    and (floor_rule.valid_to is null or stretch.first_day < floor_rule.valid_to)
)
select
  hcpcs_code, valid_from, valid_to, year, release, status_code, qp, mac, locality, state, conversion_factor,
  case when mac = 'national' then 'national' else 'locality' end as price_basis,
  cast((work_part + non_facility_part + mp_part) * conversion_factor as decimal(18, 2)) as non_facility_amount,
  cast((work_part + facility_part + mp_part) * conversion_factor as decimal(18, 2)) as facility_amount
from valued
where work_part + non_facility_part + facility_part + mp_part > 0
