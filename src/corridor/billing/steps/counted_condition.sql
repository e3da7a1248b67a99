-- step:      billing.counted_condition
-- makes:     one row per person and chronic condition as APCM counts them: conditions met by the list at the end of the
--            measured year, or shown by enough claims of any loaded year; entries that overlap counted once, with the day
--            of the first claim and the place among the person's conditions by that day
-- key:       person_id, counts_as
-- reads:     population.condition, population.condition_claim
-- rules:     primary_care.chronic_condition, primary_care.condition_days
-- cites:     primary-care code notes D.1 (definition); docs/apcm.md (which entries of the list count)
-- evidence:  population.condition_claim(person_id, condition)
with met as (
  select person_id, condition, first_date, window_is_loaded from population.condition
  union all
  select claim.person_id, claim.condition, min(claim.claim_date) as first_date, true as window_is_loaded
  from population.condition_claim as claim
  cross join rules.primary_care_condition_days as needed
  where claim.confirms and not claim.conditional
  group by claim.person_id, claim.condition, needed.value
  having count(distinct claim.claim_date) >= needed.value
    or max(case when claim.setting = 'inpatient' then 1 else 0 end) = 1
),
counted as (
  select
    met.person_id, listed.counts_as, min(met.first_date) as first_date,
    max(case when listed.behavioral then 1 else 0 end) = 1 as behavioral,
    max(case when listed.serious then 1 else 0 end) = 1 as serious,
    min(case when met.window_is_loaded then 1 else 0 end) = 1 as window_is_loaded
  from met
  join rules.primary_care_chronic_condition as listed on listed.condition = met.condition
  group by met.person_id, listed.counts_as
)
select
  person_id, counts_as, first_date, cx_month_of(first_date) as first_month, behavioral, serious, window_is_loaded,
  row_number() over (partition by person_id order by first_date, counts_as) as place
from counted
