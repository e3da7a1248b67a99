-- step:      mips.claims_match
-- makes:     one row per claim line and code of a measure's criterion that it meets, modifiers and place of service
--            included: an encounter of the denominator, or a part of an answer
-- key:       performance_year, measure_id, option_group, element, choice, code, source_id, claim_id,
--            claim_line_number, is_paid
-- reads:     mips.claims_line, mips.claims_code
-- cites:     CMS, Part B claims single source codes; docs/claims-measures.md
-- evidence:  mips.claims_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
with paired as (
  select
    codes.performance_year, codes.measure_id, codes.option_group, codes.stratum, codes.element, codes.choice, codes.code,
    codes.is_answer, codes.age_least, codes.age_most, codes.sex, codes.modifier, codes.modifier_excluded,
    -- lists with a comma at both ends, so that one of them is found whole
    concat(',', codes.modifier, ',') as needed, concat(',', codes.modifier_excluded, ',') as barred,
    concat(',', codes.place_of_service, ',') as places, concat(',', codes.place_of_service_excluded, ',') as barred_places,
    codes.place_of_service, codes.place_of_service_excluded,
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id, lines.tin, lines.npi, lines.service_date,
    lines.is_paid, lines.place_of_service_code, lines.modifier_1, lines.modifier_2, lines.modifier_3, lines.modifier_4, lines.modifier_5
  from mips.claims_line as lines
  join mips.claims_code as codes
    on codes.performance_year = lines.performance_year and codes.code = lines.hcpcs_code
  where codes.is_answer or (lines.is_paid and codes.element in ('encounter', 'additional_encounter'))
),
tested as (
  select
    paired.*,
    (modifier_1 <> '' and needed like concat('%,', modifier_1, ',%'))
      or (modifier_2 <> '' and needed like concat('%,', modifier_2, ',%'))
      or (modifier_3 <> '' and needed like concat('%,', modifier_3, ',%'))
      or (modifier_4 <> '' and needed like concat('%,', modifier_4, ',%'))
      or (modifier_5 <> '' and needed like concat('%,', modifier_5, ',%')) as has_needed,
    (modifier_1 <> '' and barred like concat('%,', modifier_1, ',%'))
      or (modifier_2 <> '' and barred like concat('%,', modifier_2, ',%'))
      or (modifier_3 <> '' and barred like concat('%,', modifier_3, ',%'))
      or (modifier_4 <> '' and barred like concat('%,', modifier_4, ',%'))
      or (modifier_5 <> '' and barred like concat('%,', modifier_5, ',%')) as has_barred,
    place_of_service_code <> '' and places like concat('%,', place_of_service_code, ',%') as at_needed,
    place_of_service_code <> '' and barred_places like concat('%,', place_of_service_code, ',%') as at_barred
  from paired
)
select distinct
  performance_year, measure_id, option_group, stratum, element, choice, code, is_answer, age_least, age_most, sex,
  source_id, claim_id, claim_line_number, is_paid, person_id, tin, npi, service_date
from tested
where (modifier = '' or has_needed) and not has_barred
  and (place_of_service = '' or at_needed) and not at_barred
