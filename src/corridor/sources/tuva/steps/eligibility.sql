-- step:      tuva.eligibility
-- makes:     one row per enrolment span; the layout has no Part A and B of its own: a Medicare span holds both
-- key:       source_id, person_id, enrollment_start_date
-- reads:     tuva_raw.eligibility, identity.person_alias
-- cites:     Tuva input layer; docs/sources/tuva.md
-- evidence:  none
with newest as (
  select
    span.source_id, span.delivery_id, coalesce(alias.kept_person_id, span.person_id) as person_id, span.birth_date,
    span.gender, span.race_code, span.state_code, span.county_code, span.zip_code, span.death_date,
    span.enrollment_start_date, span.enrollment_end_date, span.payer_type, span.original_reason_entitlement_code,
    span.medicare_status_code, span.dual_status_code,
    row_number() over (
      partition by span.source_id, coalesce(alias.kept_person_id, span.person_id), span.enrollment_start_date
      order by
        span.load_sequence desc, span.input_file_date desc nulls last, span.enrollment_end_date desc nulls first,
        span.delivery_id desc, span.file_line desc
    ) as place
  from tuva_raw.eligibility as span
  left join identity.person_alias as alias on alias.person_id = span.person_id
)
select
  source_id, delivery_id, person_id, birth_date, gender, race_code, state_code, county_code, zip_code, death_date,
  enrollment_start_date, enrollment_end_date, original_reason_entitlement_code, medicare_status_code,
  dual_status_code, coalesce(payer_type, 'medicare') in ('medicare', 'medicare advantage') as part_a,
  coalesce(payer_type, 'medicare') in ('medicare', 'medicare advantage') as part_b,
  coalesce(payer_type = 'medicare advantage', false) as medicare_advantage, cast(null as boolean) as part_d,
  'span' as enrollment_basis
from newest
where place = 1
