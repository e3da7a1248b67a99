-- step:      billing.apcm_year
-- makes:     one row per clinician, practice and year: months of people by level, what APCM and care management bring now,
--            with everyone on APCM, and with the better of the two for each, allowed and of it what Medicare pays
-- key:       npi, tin, year
-- reads:     billing.apcm_comparison
-- rules:     pfs.coinsurance_share, pfs.sequestration_share
-- cites:     primary-care code notes E.7 no. 9; fee schedule notes A.5 (before the rounding of single payments)
-- evidence:  billing.apcm_comparison(npi, tin)
-- owner:     tin, npi
with summed as (
  select
    npi, tin, cast(floor(cx_divide(month, 100)) as integer) as year, count(*) as months,
    cast(sum(people) as bigint) as person_months, cast(sum(level_1_people) as bigint) as level_1_months,
    cast(sum(level_2_people) as bigint) as level_2_months, cast(sum(level_3_people) as bigint) as level_3_months,
    cast(sum(missed_people) as bigint) as missed_months, cast(sum(apcm_people) as bigint) as apcm_months,
    cast(sum(people_better_on_apcm) as bigint) as months_better_on_apcm,
    cast(sum(people_worse_on_apcm) as bigint) as months_worse_on_apcm,
    cast(sum(apcm_amount) as decimal(18, 2)) as apcm_amount,
    cast(sum(care_management_amount) as decimal(18, 2)) as care_management_amount,
    cast(sum(now_amount) as decimal(18, 2)) as now_amount,
    cast(sum(all_apcm_amount) as decimal(18, 2)) as all_apcm_amount,
    -- without a price of APCM there is no better of the two
    cast(case when max(all_apcm_amount) is not null then sum(better_amount) end as decimal(18, 2)) as better_amount,
    cast(sum(missed_amount) as decimal(18, 2)) as missed_amount, max(price_basis) as price_basis,
    max(setting) as setting, max(case when qp then 1 else 0 end) = 1 as qp
  from billing.apcm_comparison
  group by npi, tin, cast(floor(cx_divide(month, 100)) as integer)
),
shared as (
  select
    summed.*,
    cast((1 - cast(owed.value as decimal(9, 6))) * (1 - cast(sequestered.value as decimal(9, 6))) as decimal(9, 6)) as medicare
  from summed
  left join rules.pfs_coinsurance_share as owed
    on make_date(summed.year, 1, 1) >= owed.valid_from
    and (owed.valid_to is null or make_date(summed.year, 1, 1) < owed.valid_to)
  left join rules.pfs_sequestration_share as sequestered
    on make_date(summed.year, 1, 1) >= sequestered.valid_from
    and (sequestered.valid_to is null or make_date(summed.year, 1, 1) < sequestered.valid_to)
)
select
  npi, tin, year, months, person_months, level_1_months, level_2_months, level_3_months, missed_months, apcm_months,
  months_better_on_apcm, months_worse_on_apcm, apcm_amount, care_management_amount, now_amount, all_apcm_amount,
  better_amount, missed_amount, cast(better_amount - now_amount as decimal(18, 2)) as gain_amount,
  cast(now_amount * medicare as decimal(18, 2)) as now_medicare,
  cast(all_apcm_amount * medicare as decimal(18, 2)) as all_apcm_medicare,
  cast(better_amount * medicare as decimal(18, 2)) as better_medicare, price_basis, setting, qp
from shared
