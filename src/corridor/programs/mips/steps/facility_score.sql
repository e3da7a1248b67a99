-- step:      mips.facility_score
-- makes:     one row per performance year and facility-based clinician or practice (npi ''): the hospital whose results
--            stand for quality and cost, its score and percentile; of a practice, the hospital of most such clinicians
-- key:       performance_year, tin, npi
-- reads:     mips.special_status, mips.facility_hospital
-- cites:     42 CFR 414.1380(e) (facility-based, from memory); docs/mips-eligibility.md
-- evidence:  mips.facility_hospital(performance_year, tin)
-- owner:     tin, npi
with held as (
  select
    status.performance_year, status.tin, status.npi, hospital.facility_ccn, hospital.beneficiaries,
    hospital.total_performance_score, hospital.percentile,
    row_number() over (
      partition by status.performance_year, status.tin, status.npi order by status.segment desc
    ) as place
  from mips.special_status as status
  join mips.facility_hospital as hospital
    on hospital.performance_year = status.performance_year and hospital.segment = status.segment
    and hospital.tin = status.tin and hospital.npi = status.npi
  where status.facility_based and status.npi <> ''
),
practice as (
  select distinct performance_year, tin from mips.special_status where npi = '' and facility_based
),
counted as (
  select
    held.performance_year, held.tin, held.facility_ccn, count(*) as clinicians,
    max(held.total_performance_score) as total_performance_score, max(held.percentile) as percentile
  from held
  join practice on practice.performance_year = held.performance_year and practice.tin = held.tin
  where held.place = 1
  group by held.performance_year, held.tin, held.facility_ccn
),
most as (
  select
    *, row_number() over (partition by performance_year, tin order by clinicians desc, facility_ccn) as place
  from counted
)
select
  performance_year, tin, npi, facility_ccn, beneficiaries, cast(null as bigint) as clinicians, total_performance_score,
  percentile, 'proxy: the hospital of most patients by loaded facility claims' as basis
from held
where place = 1
union all
select
  performance_year, tin, '' as npi, facility_ccn, cast(null as bigint) as beneficiaries, clinicians,
  total_performance_score, percentile, 'proxy: the hospital of most facility-based clinicians of the practice' as basis
from most
where place = 1
