-- step:      mips.claims_code
-- makes:     one row per performance year and code of a Part B claims measure: whom the denominator takes (element
--            encounter, diagnosis, diagnosis_exclusion, or additional_ and one of them: what must be there besides) and what a quality code answers (met, not_met, exclusion,
--            exception); of a year without a list the codes of the newest one before it, else of the oldest
-- key:       performance_year, measure_id, element, option_group, choice, code, modifier, modifier_excluded,
--            place_of_service, place_of_service_excluded
-- reads:     run.setting, reference.qpp_claims_code, reference.qpp_measure, reference.qpp_measure_stratum
-- rules:     mips.claims_answer_modifier, mips.claims_answer_rank
-- cites:     CMS, Part B claims single source codes; docs/claims-measures.md
-- evidence:  none
with wanted as (
  select performance_year from run.setting
  union
  select data_year as performance_year from run.setting
),
listed as (
  select distinct year from reference.qpp_claims_code
),
chosen as (
  select
    wanted.performance_year,
    coalesce(
      max(case when listed.year <= wanted.performance_year then listed.year end), min(listed.year)
    ) as code_year
  from wanted
  cross join listed
  where wanted.performance_year is not null
  group by wanted.performance_year
),
-- what the measures are stands in another file: of the year of the codes, else of the newest year installed
described as (
  select
    chosen.performance_year, chosen.code_year,
    coalesce(
      max(case when measured.year = chosen.code_year then measured.year end), max(measured.year)
    ) as described_year
  from chosen
  left join (select distinct year from reference.qpp_measure) as measured on measured.year is not null
  group by chosen.performance_year, chosen.code_year
),
-- criteria of a measure of several rates are its strata, in their order; else they are ways into one denominator
several as (
  select year, measure_id
  from reference.qpp_measure_stratum
  group by year, measure_id
  having count(*) > 1
),
named as (
  select stratum.year, stratum.measure_id, stratum.place, stratum.stratum
  from reference.qpp_measure_stratum as stratum
  join several on several.year = stratum.year and several.measure_id = stratum.measure_id
)
select
  described.performance_year, described.code_year, codes.measure_id, codes.element, codes.option as option_group,
  coalesce(named.stratum, '') as stratum, codes.choice, codes.coding_system, codes.code,
  coalesce(codes.modifier, '') as modifier,
  coalesce(
    codes.modifier_excluded,
    case
      when answer.status is not null and codes.coding_system = 'CPT_II' and codes.modifier is null
        then changing.value
    end, ''
  ) as modifier_excluded,
  coalesce(codes.place_of_service, '') as place_of_service,
  coalesce(codes.place_of_service_excluded, '') as place_of_service_excluded,
  codes.age_least, codes.age_most, codes.sex, coalesce(measure.is_inverse, false) as is_inverse,
  measure.measure_id is not null as is_described,
  answer.status is not null as is_answer
from described
join reference.qpp_claims_code as codes on codes.year = described.code_year
cross join rules.mips_claims_answer_modifier as changing
left join rules.mips_claims_answer_rank as answer on answer.status = codes.element
left join reference.qpp_measure as measure
  on measure.year = described.described_year and measure.measure_id = codes.measure_id
left join named
  on named.year = described.described_year and named.measure_id = codes.measure_id
  and named.place = codes.criterion
