-- step:      measures.network_access
-- makes:     one row per county and specialty of the installed standard: beneficiaries within reach, the clinicians
--            there are and the ones there should be
-- key:       county_code, specialty_code
-- reads:     measures.virtual_person, org_raw.provider_roster, reference.zip_centroid, reference.county_type,
--            reference.network_standard, run.setting
-- rules:     virtual_care.earth_radius_miles, virtual_care.road_factor, virtual_care.travel_speed,
--            virtual_care.adequate_share, virtual_care.minutes_per_hour, virtual_care.ratio_beneficiaries
-- cites:     42 CFR 422.116 (the standard installed); docs/virtual-care.md
-- evidence:  measures.virtual_person(county_code)
with standard as (
  select newest.*
  from reference.network_standard as newest
  join (select max(vintage) as vintage from reference.network_standard) as last on last.vintage = newest.vintage
),
place as (
  select zip_code, max(latitude) as latitude, max(longitude) as longitude
  from reference.zip_centroid
  group by zip_code
),
typed as (
  select county_code, max(county_type) as county_type from reference.county_type group by county_code
),
resident as (
  select county_code, substr(zip_code, 1, char_length('00000')) as zip_code, count(*) as people
  from measures.virtual_person
  where county_code is not null
  group by county_code, substr(zip_code, 1, char_length('00000'))
),
provider as (
  select distinct roster.npi, roster.specialty_code, place.latitude, place.longitude
  from org_raw.provider_roster as roster
  cross join run.setting as setting
  join place on place.zip_code = roster.site_zip
  where (roster.start_date is null or cx_year_of(roster.start_date) <= setting.data_year)
    and (roster.end_date is null or cx_year_of(roster.end_date) >= setting.data_year)
),
wanted as (
  select resident.county_code, resident.zip_code, resident.people, standard.specialty_code,
    standard.maximum_miles, standard.maximum_minutes, standard.minimum_ratio, standard.adequate_share,
    speed.miles_per_hour, place.latitude, place.longitude
  from resident
  join typed on typed.county_code = resident.county_code
  join standard on standard.county_type = typed.county_type
  left join rules.virtual_care_travel_speed as speed on speed.county_type = typed.county_type
  left join place on place.zip_code = resident.zip_code
),
near as (
  select
    wanted.county_code, wanted.zip_code, wanted.specialty_code, provider.npi,
    road.value * earth.value * acos(least(1, greatest(-1,
      sin(radians(wanted.latitude)) * sin(radians(provider.latitude))
      + cos(radians(wanted.latitude)) * cos(radians(provider.latitude))
        * cos(radians(provider.longitude - wanted.longitude))))) as miles
  from wanted
  join provider on provider.specialty_code = wanted.specialty_code
  cross join rules.virtual_care_earth_radius_miles as earth
  cross join rules.virtual_care_road_factor as road
  where wanted.latitude is not null
),
reach as (
  select
    wanted.county_code, wanted.zip_code, wanted.specialty_code, min(near.miles) as nearest_miles,
    max(case when near.miles <= wanted.maximum_miles
      and (wanted.maximum_minutes is null
        or cx_divide(near.miles, wanted.miles_per_hour) * minutes.value <= wanted.maximum_minutes)
      then 1 else 0 end) as within
  from wanted
  join near on near.county_code = wanted.county_code and near.zip_code = wanted.zip_code
    and near.specialty_code = wanted.specialty_code
  cross join rules.virtual_care_minutes_per_hour as minutes
  group by wanted.county_code, wanted.zip_code, wanted.specialty_code
),
reached as (
  select distinct near.county_code, near.specialty_code, near.npi
  from near
  join wanted on wanted.county_code = near.county_code and wanted.zip_code = near.zip_code
    and wanted.specialty_code = near.specialty_code
  where near.miles <= wanted.maximum_miles
),
counted as (
  select county_code, specialty_code, count(*) as clinicians from reached group by county_code, specialty_code
),
joined as (
  select
    wanted.county_code, wanted.specialty_code, cast(sum(wanted.people) as bigint) as people,
    cast(sum(case when reach.within = 1 then wanted.people else 0 end) as bigint) as people_within,
    cast(sum(case when wanted.latitude is null then wanted.people else 0 end) as bigint) as people_unplaced,
    max(reach.nearest_miles) as farthest_nearest_miles, max(wanted.minimum_ratio) as minimum_ratio,
    max(wanted.adequate_share) as standard_share
  from wanted
  left join reach on reach.county_code = wanted.county_code and reach.zip_code = wanted.zip_code
    and reach.specialty_code = wanted.specialty_code
  group by wanted.county_code, wanted.specialty_code
)
select
  joined.county_code, joined.specialty_code, joined.people, joined.people_within, joined.people_unplaced,
  cx_divide(joined.people_within, joined.people) as share_within, joined.farthest_nearest_miles,
  coalesce(counted.clinicians, 0) as clinicians,
  ceil(cx_divide(joined.people * joined.minimum_ratio, per.value)) as clinicians_required,
  cx_divide(joined.people_within, joined.people) >= coalesce(joined.standard_share, share.value)
    as adequate_distance,
  joined.minimum_ratio is null
    or coalesce(counted.clinicians, 0) >= cx_divide(joined.people * joined.minimum_ratio, per.value)
    as adequate_count
from joined
left join counted on counted.county_code = joined.county_code and counted.specialty_code = joined.specialty_code
cross join rules.virtual_care_adequate_share as share
cross join rules.virtual_care_ratio_beneficiaries as per
