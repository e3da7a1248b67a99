-- step:      mips.clinician_status
-- makes:     one row per performance year, segment, practice, clinician and special status other than small: what
--            was counted, its share of the services, and whether the status holds (null: cannot be told)
-- key:       performance_year, segment, tin, npi, status
-- reads:     mips.segment, mips.place_service, mips.facility_hospital, asm.roster, reference.practice_zip
-- rules:     mips.place_status, mips.place_status_code, mips.patient_facing_maximum, qp.loaded_claims_are_all
-- cites:     42 CFR 414.1305, 414.1380(e); docs/mips-eligibility.md
-- evidence:  mips.place_service(tin, npi)
-- owner:     tin, npi
with served as (
  select
    segment.performance_year, segment.segment, segment.is_whole, service.tin, service.npi,
    service.place_of_service_code, cast(sum(service.services) as bigint) as services,
    cast(sum(service.patient_facing_encounters) as bigint) as encounters
  from mips.place_service as service
  join mips.segment as segment
    on service.month >= segment.first_month and service.month <= segment.last_month
  group by
    segment.performance_year, segment.segment, segment.is_whole, service.tin, service.npi,
    service.place_of_service_code
),
total as (
  select
    performance_year, segment, is_whole, tin, npi, cast(sum(services) as bigint) as services,
    cast(sum(encounters) as bigint) as encounters
  from served
  group by performance_year, segment, is_whole, tin, npi
),
needing as (
  select status, max(case when needed then 1 else 0 end) as needs from rules.mips_place_status_code group by status
),
at_place as (
  select
    served.performance_year, served.segment, served.tin, served.npi, listed.status,
    cast(sum(served.services) as bigint) as services,
    cast(sum(case when listed.needed then served.services else 0 end) as bigint) as needed_services
  from served
  join rules.mips_place_status_code as listed on listed.place_of_service_code = served.place_of_service_code
  group by served.performance_year, served.segment, served.tin, served.npi, listed.status
),
placed as (
  select
    total.performance_year, total.segment, total.tin, total.npi, test.status,
    coalesce(at_place.services, 0) as count,
    cx_divide(coalesce(at_place.services, 0), total.services) as share,
    cx_divide(coalesce(at_place.services, 0), total.services) >= test.share
      and (needing.needs = 0 or coalesce(at_place.needed_services, 0) > 0) as by_place
  from total
  cross join rules.mips_place_status as test
  join needing on needing.status = test.status
  left join at_place
    on at_place.performance_year = total.performance_year and at_place.segment = total.segment
    and at_place.tin = total.tin and at_place.npi = total.npi and at_place.status = test.status
),
newest_zip as (
  select
    zip_code, rural, hpsa, row_number() over (partition by zip_code order by vintage desc, rural, hpsa) as place
  from reference.practice_zip
),
zips as (
  select count(*) as codes, coalesce(max(length(zip_code)), 0) as digits from reference.practice_zip
),
-- a ZIP that no list names is neither; without a list, or without a ZIP, nothing is known
located as (
  select
    total.performance_year, total.segment, total.tin, total.npi, total.services,
    case when zips.codes > 0 and pair.zip_code is not null then coalesce(newest_zip.rural, false) end as rural,
    case when zips.codes > 0 and pair.zip_code is not null then coalesce(newest_zip.hpsa, false) end as hpsa
  from total
  cross join zips
  left join asm.roster as pair on pair.tin = total.tin and pair.npi = total.npi
  left join newest_zip on newest_zip.zip_code = left(pair.zip_code, zips.digits) and newest_zip.place = 1
)
-- by place alone, facility-based can be refuted and not shown: the hospital must have a score, which is known where
-- the scores of the year are installed
select
  placed.performance_year, placed.segment, placed.tin, placed.npi, placed.status, placed.count, placed.share,
  case
    when placed.status = 'facility_based' and placed.by_place then hospital.has_score
    else placed.by_place
  end as has_status,
  placed.by_place
from placed
left join mips.facility_hospital as hospital
  on hospital.performance_year = placed.performance_year and hospital.segment = placed.segment
  and hospital.tin = placed.tin and hospital.npi = placed.npi
union all
select
  performance_year, segment, tin, npi, 'rural' as status, case when rural then services when not rural then 0 end as count,
  case when rural then 1.0 when not rural then 0.0 end as share, rural as has_status, rural as by_place
from located
union all
select
  performance_year, segment, tin, npi, 'hpsa' as status, case when hpsa then services when not hpsa then 0 end as count,
  case when hpsa then 1.0 when not hpsa then 0.0 end as share, hpsa as has_status, hpsa as by_place
from located
union all
-- more encounters than the most are certain; few are only where all of the clinician's claims are loaded
select
  total.performance_year, total.segment, total.tin, total.npi, 'non_patient_facing' as status, total.encounters as count,
  cx_divide(total.encounters, total.services) as share,
  case when total.encounters > most.value then false when everything.value and total.is_whole then true end as has_status,
  total.encounters <= most.value as by_place
from total
cross join rules.mips_patient_facing_maximum as most
cross join rules.qp_loaded_claims_are_all as everything
