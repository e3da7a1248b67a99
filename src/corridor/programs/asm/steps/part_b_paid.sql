-- step:      asm.part_b_paid
-- makes:     one row per eligible TIN/NPI: its Part B base, from the loaded claims or, where that shows more, from
--            the clinician's published total, shared among practices as the loaded payments are
-- key:       performance_year, tin, npi
-- reads:     asm.eligibility, asm.year_used, asm.part_b_base, reference.physician_by_provider
-- rules:     asm.part_b_base_source
-- cites:     42 CFR 512.750 (paid in the performance year, by all of Medicare); docs/episodes.md (Part B base)
-- evidence:  asm.part_b_base(tin, npi)
-- owner:     tin, npi
with base as (
  select
    clinician.performance_year, clinician.tin, clinician.npi, used.paid_year, used.paid_year_is_whole,
    cast(coalesce(paid.part_b_paid, 0) as decimal(18, 2)) as part_b_paid_loaded
  from asm.eligibility as clinician
  join asm.year_used as used on used.cohort = clinician.cohort
  left join asm.part_b_base as paid
    on paid.tin = clinician.tin and paid.npi = clinician.npi and paid.paid_year = used.paid_year
  where clinician.eligible
),
-- under every practice of the clinician, eligible there or not
all_practices as (
  select npi, paid_year, sum(part_b_paid) as part_b_paid
  from asm.part_b_base
  group by npi, paid_year
),
-- drugs are left out where the file tells them apart; the year nearest to the one of the claims, the later of two
published as (
  select tin, npi, published_year, amount
  from (
    select
      base.tin, base.npi, listed.year as published_year,
      cast(coalesce(listed.medical_paid, listed.medicare_paid) as decimal(18, 2)) as amount,
      row_number() over (
        partition by base.tin, base.npi
        order by
          abs(listed.year - base.paid_year) nulls last, listed.year desc, listed.vintage desc,
          coalesce(listed.medical_paid, listed.medicare_paid)
      ) as place
    from base
    join reference.physician_by_provider as listed
      on listed.npi = base.npi and coalesce(listed.medical_paid, listed.medicare_paid) is not null
  )
  where place = 1
),
shared as (
  select
    base.performance_year, base.tin, base.npi, base.paid_year, base.paid_year_is_whole,
    base.part_b_paid_loaded, published.amount as part_b_paid_published, published.published_year,
    coalesce(all_practices.part_b_paid, 0) as part_b_paid_all_practices,
    cx_divide(base.part_b_paid_loaded, all_practices.part_b_paid) as practice_share,
    coalesce(
      source.value = 'published_where_larger' and all_practices.part_b_paid > 0
        and published.amount > all_practices.part_b_paid,
      false
    ) as takes_published
  from base
  cross join rules.asm_part_b_base_source as source
  left join all_practices on all_practices.npi = base.npi and all_practices.paid_year = base.paid_year
  left join published on published.tin = base.tin and published.npi = base.npi
)
select
  performance_year, tin, npi, paid_year as part_b_year, paid_year_is_whole as part_b_year_is_whole,
  part_b_paid_loaded, cast(part_b_paid_all_practices as decimal(18, 2)) as part_b_paid_all_practices,
  practice_share, part_b_paid_published, published_year as part_b_published_year,
  case
    when takes_published
      then cast(cast(cast(part_b_paid_published as double) * practice_share as decimal(38, 9)) as decimal(18, 2))
    else part_b_paid_loaded
  end as part_b_paid,
  case when takes_published then 'published' else 'loaded claims' end as part_b_origin
from shared
