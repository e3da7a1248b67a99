-- step:      billing.counted_condition
-- makes:     one row per person and chronic condition as APCM counts them: entries of the list that overlap counted
--            once, with the day of its first claim and its place among the person's conditions by that day
-- key:       person_id, counts_as
-- reads:     population.condition
-- rules:     primary_care.chronic_condition
-- cites:     primary-care code notes D.1 (definition); docs/apcm.md (which entries of the list count)
-- evidence:  population.condition(person_id)
with counted as (
  select
    met.person_id, listed.counts_as, min(met.first_date) as first_date,
    max(case when listed.behavioral then 1 else 0 end) = 1 as behavioral,
    min(case when met.window_is_loaded then 1 else 0 end) = 1 as window_is_loaded
  from population.condition as met
  join rules.primary_care_chronic_condition as listed on listed.condition = met.condition
  group by met.person_id, listed.counts_as
)
select
  person_id, counts_as, first_date, cx_month_of(first_date) as first_month, behavioral, window_is_loaded,
  row_number() over (partition by person_id order by first_date, counts_as) as place
from counted
