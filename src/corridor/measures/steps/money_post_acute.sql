-- step:      measures.post_acute
-- makes:     one row per category of post-acute care and facility: people, spells after an acute stay, days, dollars,
--            dollars a spell, how many people came back to hospital within the window of readmission
-- key:       service_category, facility_ccn
-- reads:     measures.utilization_post_acute, measures.admission, run.setting
-- rules:     performance.post_acute_start_days, performance.readmission_window_days
-- cites:     docs/money.md
-- evidence:  measures.utilization_post_acute(facility_ccn)
with claim as (
  select
    care.source_id, care.claim_id, care.service_category, coalesce(care.facility_ccn, 'unknown') as facility_ccn,
    care.person_id, care.start_date, care.admission_date, care.end_date, care.days, care.expenditure_amount
  from measures.utilization_post_acute as care
  join run.setting as setting on cx_year_of(care.start_date) = setting.data_year
),
-- claims of one admission to a facility are one spell
spell as (
  select
    service_category, facility_ccn, person_id, admission_date, min(start_date) as start_date,
    max(end_date) as end_date, sum(days) as days, sum(expenditure_amount) as expenditure_amount
  from claim
  group by service_category, facility_ccn, person_id, admission_date
),
followed as (
  select
    spell.service_category, spell.facility_ccn, spell.person_id, spell.admission_date,
    max(stay.discharge_date) as discharge_date
  from spell
  cross join rules.performance_post_acute_start_days as apart
  join measures.admission as stay
    on stay.person_id = spell.person_id and stay.stay_kind = 'acute'
    and spell.start_date >= stay.discharge_date
    and spell.start_date <= cx_add_days(stay.discharge_date, apart.value)
  group by spell.service_category, spell.facility_ccn, spell.person_id, spell.admission_date
),
returned as (
  select distinct followed.service_category, followed.facility_ccn, followed.person_id, followed.admission_date
  from followed
  cross join rules.performance_readmission_window_days as span
  join measures.admission as again
    on again.person_id = followed.person_id and again.stay_kind = 'acute' and not again.planned
    and again.admission_date > followed.discharge_date
    and again.admission_date <= cx_add_days(followed.discharge_date, span.value)
)
select
  spell.service_category, spell.facility_ccn, count(distinct spell.person_id) as people, count(*) as spells,
  count(followed.person_id) as spells_after_stay, cast(sum(spell.days) as bigint) as days,
  cx_divide(sum(spell.days), count(*)) as days_per_spell,
  cast(sum(spell.expenditure_amount) as decimal(18, 2)) as expenditure_amount,
  cast(sum(case when followed.person_id is not null then spell.expenditure_amount else 0 end) as decimal(18, 2))
    as expenditure_after_stay,
  cx_divide(sum(spell.expenditure_amount), count(*)) as expenditure_per_spell,
  cx_divide(sum(spell.expenditure_amount), sum(spell.days)) as expenditure_per_day,
  count(returned.person_id) as returned_to_hospital,
  cx_divide(count(returned.person_id), count(followed.person_id)) as return_share
from spell
left join followed
  on followed.service_category = spell.service_category and followed.facility_ccn = spell.facility_ccn
  and followed.person_id = spell.person_id and followed.admission_date = spell.admission_date
left join returned
  on returned.service_category = spell.service_category and returned.facility_ccn = spell.facility_ccn
  and returned.person_id = spell.person_id and returned.admission_date = spell.admission_date
group by spell.service_category, spell.facility_ccn
