-- step:      measures.equity_person
-- makes:     one row per person of the measured year and stratifier that is known: the group the person belongs to
-- key:       person_id, stratifier
-- reads:     measures.performance_member, population.enrollment_month, claims.person, reference.county_type,
--            reference.area_deprivation, run.setting
-- rules:     equity.age_band, equity.race_group, equity.rural_county_type, equity.deprivation_band
-- cites:     docs/equity.md
-- evidence:  measures.performance_member(person_id)
with dual as (
  select member.person_id, max(case when member.dual then 1 else 0 end) as dual
  from population.enrollment_month as member
  join run.setting as setting on member.year = setting.data_year
  where member.dual is not null
  group by member.person_id
),
county as (
  select county_code, max(county_type) as county_type from reference.county_type group by county_code
),
area as (
  select zip_code, max(national_rank) as national_rank from reference.area_deprivation group by zip_code
),
wide as (
  select
    member.person_id, dual.dual, age.age_band, person.gender, race.race_group, rural.rurality, band.deprivation
  from measures.performance_member as member
  left join dual on dual.person_id = member.person_id
  left join claims.person as person on person.person_id = member.person_id
  left join rules.equity_age_band as age
    on member.age >= age.at_least and (age.below is null or member.age < age.below)
  left join rules.equity_race_group as race on race.race_code = person.race_code
  left join county on county.county_code = person.county_code
  left join rules.equity_rural_county_type as rural on rural.county_type = county.county_type
  left join area on area.zip_code = substr(person.zip_code, 1, char_length('00000'))
  left join rules.equity_deprivation_band as band
    on area.national_rank >= band.at_least and (band.below is null or area.national_rank < band.below)
)
select person_id, 'dual status' as stratifier, case when dual = 1 then 'dual' else 'not dual' end as stratum
from wide where dual is not null
union all
select person_id, 'age band', age_band from wide where age_band is not null
union all
select person_id, 'sex', gender from wide where gender is not null
union all
select person_id, 'race and ethnicity', race_group from wide where race_group is not null
union all
select person_id, 'rurality', rurality from wide where rurality is not null
union all
select person_id, 'area deprivation', deprivation from wide where deprivation is not null
