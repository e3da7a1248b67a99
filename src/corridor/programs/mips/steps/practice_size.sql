-- step:      mips.practice_size
-- makes:     one row per performance year and practice: its clinicians (of the roster, else those seen), and whether
--            one is of the specialty that an administrative-claims measure asks for
-- key:       performance_year, tin
-- reads:     mips.clinician_type, mips.status_held
-- rules:     mips.administrative_measure
-- cites:     MIPS measure 492 (groups with a cardiologist); docs/mips-eligibility.md
-- evidence:  mips.clinician_type(performance_year, tin)
-- owner:     tin
with asked as (
  select distinct specialty_code from rules.mips_administrative_measure where specialty_code is not null
)
select
  kind.performance_year, kind.tin,
  greatest(count(distinct kind.npi), coalesce(max(held.small_count), 0)) as clinicians,
  max(case when asked.specialty_code is not null then 1 else 0 end) = 1 as has_cardiologist
from mips.clinician_type as kind
left join asked on asked.specialty_code = kind.specialty_code
left join mips.status_held as held
  on held.performance_year = kind.performance_year and held.tin = kind.tin and held.npi = ''
group by kind.performance_year, kind.tin
