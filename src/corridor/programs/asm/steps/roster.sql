-- step:      asm.roster
-- makes:     one row per TIN/NPI known from the roster or from claims: name, size of the practice, site and area
-- key:       tin, npi
-- reads:     org_raw.provider_roster, claims.medical_claim, reference.zip_to_cbsa, reference.physician_by_provider
-- rules:     claims.claim_setting
-- cites:     42 CFR 512.710; ASM specification 1.2(4) and 1.5
-- evidence:  none
-- owner:     tin, npi
with listed as (
  select
    tin, npi, clinician_name, specialty_code, site_zip, cbsa, practice_size,
    row_number() over (
      partition by tin, npi
      order by file_date desc nulls last, end_date desc nulls first, start_date desc nulls last,
        site_id nulls last, delivery_id
    ) as place
  from org_raw.provider_roster
  where tin is not null and npi is not null
),
billed as (
  select
    coalesce(lines.rendering_tin, lines.billing_tin) as tin, lines.rendering_npi as npi, count(*) as lines,
    max(lines.claim_end_date) as last_claim_date
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
  where lines.rendering_npi is not null and coalesce(lines.rendering_tin, lines.billing_tin) is not null
  group by coalesce(lines.rendering_tin, lines.billing_tin), lines.rendering_npi
),
pairs as (
  select tin, npi from listed where place = 1
  union
  select tin, npi from billed
),
size_listed as (
  select tin, max(practice_size) as practice_size from listed group by tin
),
size_seen as (
  select tin, count(distinct npi) as practice_size from pairs group by tin
),
public_place as (
  select
    npi, zip, row_number() over (partition by npi order by year desc, vintage desc, zip nulls last) as place
  from reference.physician_by_provider
),
zip_area as (
  select zip_code, cbsa, row_number() over (partition by zip_code order by vintage desc, cbsa) as place
  from reference.zip_to_cbsa
),
placed as (
  select
    pairs.tin, pairs.npi, listed.clinician_name, listed.specialty_code, listed.cbsa as roster_cbsa,
    coalesce(listed.site_zip, public_place.zip) as zip_code,
    case
      when listed.site_zip is not null or listed.cbsa is not null then 'roster'
      when public_place.zip is not null then 'by-provider file'
    end as place_origin,
    coalesce(size_listed.practice_size, size_seen.practice_size) as practice_size,
    case when size_listed.practice_size is not null then 'roster' else 'clinicians seen in claims' end
      as practice_size_origin,
    listed.npi is not null as in_roster, coalesce(billed.lines, 0) as claim_lines,
    billed.last_claim_date
  from pairs
  left join listed on listed.tin = pairs.tin and listed.npi = pairs.npi and listed.place = 1
  left join billed on billed.tin = pairs.tin and billed.npi = pairs.npi
  left join size_listed on size_listed.tin = pairs.tin
  left join size_seen on size_seen.tin = pairs.tin
  left join public_place on public_place.npi = pairs.npi and public_place.place = 1
)
select
  placed.tin, placed.npi, placed.clinician_name, placed.specialty_code, placed.zip_code,
  coalesce(placed.roster_cbsa, zip_area.cbsa) as cbsa, placed.place_origin, placed.practice_size,
  placed.practice_size_origin, placed.in_roster, placed.claim_lines, placed.last_claim_date
from placed
-- a ZIP+4 begins with its ZIP
cross join (select coalesce(max(length(zip_code)), 0) as digits from zip_area) as zips
left join zip_area on zip_area.place = 1 and zip_area.zip_code = left(placed.zip_code, zips.digits)
