-- step:      mips.special_status
-- makes:     one row per performance year, practice, clinician (npi '' is the practice) and segment: each special
--            status (null where the loaded claims cannot tell), what was counted for it, its share, and the basis
-- key:       performance_year, tin, npi, segment
-- reads:     mips.segment, mips.clinician_status, asm.roster
-- rules:     mips.small_practice_maximum, mips.group_status_share
-- cites:     42 CFR 414.1305, 414.1380(e); docs/mips-eligibility.md
-- evidence:  mips.place_service(tin, npi)
-- owner:     tin, npi
with stated as (
  select tin, max(practice_size) as practice_size
  from asm.roster
  where practice_size_origin = 'roster'
  group by tin
),
sized as (
  select
    status.performance_year, status.segment, status.tin, count(distinct status.npi) as clinicians_seen,
    greatest(count(distinct status.npi), coalesce(max(stated.practice_size), 0)) as clinicians,
    max(stated.practice_size) as practice_size
  from mips.clinician_status as status
  left join stated on stated.tin = status.tin
  group by status.performance_year, status.segment, status.tin
),
-- of the practice's clinicians: how many have a status, and of how many it is open
counted as (
  select
    status.performance_year, status.segment, status.tin, status.status, count(*) as clinicians,
    count(case when status.has_status then 1 end) as having,
    count(case when status.has_status is null then 1 end) as open
  from mips.clinician_status as status
  group by status.performance_year, status.segment, status.tin, status.status
),
judged as (
  select
    counted.performance_year, counted.segment, counted.tin, '' as npi, counted.status,
    case when counted.open < counted.clinicians then counted.having end as count,
    case when counted.open < counted.clinicians then cx_divide(counted.having, counted.clinicians) end as share,
    case
      when cx_divide(counted.having, counted.clinicians) > test.share
        or (test.reaching and cx_divide(counted.having, counted.clinicians) >= test.share) then true
      when cx_divide(counted.having + counted.open, counted.clinicians) > test.share
        or (test.reaching and cx_divide(counted.having + counted.open, counted.clinicians) >= test.share) then null
      else false
    end as has_status
  from counted
  join rules.mips_group_status_share as test on test.status = counted.status
  union all
  select performance_year, segment, tin, npi, status, count, share, has_status
  from mips.clinician_status
),
wide as (
  select
    performance_year, segment, tin, npi,
    max(case when status = 'rural' then has_status end) as rural,
    max(case when status = 'rural' then count end) as rural_count,
    max(case when status = 'rural' then share end) as rural_share,
    max(case when status = 'hpsa' then has_status end) as hpsa,
    max(case when status = 'hpsa' then count end) as hpsa_count,
    max(case when status = 'hpsa' then share end) as hpsa_share,
    max(case when status = 'non_patient_facing' then has_status end) as non_patient_facing,
    max(case when status = 'non_patient_facing' then count end) as non_patient_facing_count,
    max(case when status = 'non_patient_facing' then share end) as non_patient_facing_share,
    max(case when status = 'hospital_based' then has_status end) as hospital_based,
    max(case when status = 'hospital_based' then count end) as hospital_based_count,
    max(case when status = 'hospital_based' then share end) as hospital_based_share,
    max(case when status = 'asc_based' then has_status end) as asc_based,
    max(case when status = 'asc_based' then count end) as asc_based_count,
    max(case when status = 'asc_based' then share end) as asc_based_share,
    max(case when status = 'facility_based' then has_status end) as facility_based,
    max(case when status = 'facility_based' then count end) as facility_based_count,
    max(case when status = 'facility_based' then share end) as facility_based_share
  from judged
  group by performance_year, segment, tin, npi
)
select
  wide.performance_year, wide.tin, wide.npi, wide.segment, segment.is_latest, segment.is_whole,
  case when wide.npi = '' then 'clinicians' else 'services' end as counted,
  sized.clinicians <= most.value as small, sized.clinicians as small_count,
  cx_divide(sized.clinicians, most.value) as small_share,
  wide.rural, wide.rural_count, wide.rural_share, wide.hpsa, wide.hpsa_count, wide.hpsa_share,
  wide.non_patient_facing, wide.non_patient_facing_count, wide.non_patient_facing_share,
  wide.hospital_based, wide.hospital_based_count, wide.hospital_based_share,
  wide.asc_based, wide.asc_based_count, wide.asc_based_share,
  wide.facility_based, wide.facility_based_count, wide.facility_based_share,
  concat(
    'proxy: from the loaded claims', case when segment.is_whole then '' else ', which lack a part of the segment' end,
    case
      when sized.practice_size is null then '; size by the clinicians seen in them'
      else '; size by the roster'
    end,
    '; patient-facing by Corridor''s ranges of codes',
    case when wide.rural is null then '; no ZIP codes installed, or ZIP unknown: rural and HPSA open' else '' end,
    case when wide.facility_based is null then '; facility-based open: the hospital''s score is not known' else '' end
  ) as basis
from wide
join mips.segment as segment
  on segment.performance_year = wide.performance_year and segment.segment = wide.segment
join sized
  on sized.performance_year = wide.performance_year and sized.segment = wide.segment and sized.tin = wide.tin
cross join rules.mips_small_practice_maximum as most
