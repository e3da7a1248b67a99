-- step:      fhir.coverage_interval
-- makes:     one row per stretch of a person's part of Medicare (a, b, c, d) or dual status that the newest resource
--            states: a month of the reference year, or a period; without any date, from birth on
-- key:       source_id, person_id, part, basis, start_date
-- reads:     fhir_raw.coverage, fhir_raw.coverage_month, fhir_raw.patient, identity.person_alias
-- cites:     HL7 FHIR Coverage; CMS Blue Button 2.0, BCDA and AB2D data dictionaries; docs/sources/fhir.md
-- evidence:  none
with period as (
  select
    raw.source_id, raw.delivery_id, coalesce(alias.kept_person_id, raw.person_id) as person_id, raw.part, raw.void,
    raw.period_start, raw.period_end, raw.dual_status_code, raw.last_updated, raw.load_sequence, raw.file_number,
    raw.resource_number
  from fhir_raw.coverage as raw
  left join identity.person_alias as alias on alias.person_id = raw.person_id
),
newest_period as (
  select
    source_id, delivery_id, person_id, part, void, period_start, period_end, dual_status_code,
    row_number() over (
      partition by source_id, person_id, part, period_start
      order by last_updated desc nulls last, load_sequence desc, file_number desc, resource_number desc
    ) as place
  from period
),
months as (
  select
    raw.source_id, raw.delivery_id, coalesce(alias.kept_person_id, raw.person_id) as person_id, raw.part,
    raw.month_start, raw.month_end, raw.covered, raw.dual_status_code,
    row_number() over (
      partition by raw.source_id, coalesce(alias.kept_person_id, raw.person_id), raw.part, raw.month_start
      order by
        raw.last_updated desc nulls last, raw.load_sequence desc, raw.file_number desc, raw.resource_number desc
    ) as place
  from fhir_raw.coverage_month as raw
  left join identity.person_alias as alias on alias.person_id = raw.person_id
),
birth as (
  select raw.source_id, coalesce(alias.kept_person_id, raw.person_id) as person_id, min(raw.birth_date) as birth_date
  from fhir_raw.patient as raw
  left join identity.person_alias as alias on alias.person_id = raw.person_id
  group by raw.source_id, coalesce(alias.kept_person_id, raw.person_id)
)
select
  newest.source_id, newest.delivery_id, newest.person_id, newest.part,
  case when newest.period_start is null and newest.period_end is null then 'current_status_carried_back' else 'span' end
    as basis,
  coalesce(newest.period_start, birth.birth_date) as start_date, newest.period_end as end_date, true as covered,
  newest.dual_status_code
from newest_period as newest
left join birth on birth.source_id = newest.source_id and birth.person_id = newest.person_id
where newest.place = 1 and not newest.void and coalesce(newest.period_start, birth.birth_date) is not null
  and (newest.period_end is null or newest.period_end >= coalesce(newest.period_start, birth.birth_date))
union all
select
  source_id, delivery_id, person_id, part, 'monthly' as basis, month_start, month_end, covered, dual_status_code
from months
where place = 1
