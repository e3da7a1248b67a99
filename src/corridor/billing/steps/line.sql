-- step:      billing.line
-- makes:     one row per professional claim line with a code: what the fee schedule needs to price it, the locality
--            it is priced in and how that is known, and what was charged, allowed and paid
-- key:       source_id, claim_id, claim_line_number
-- reads:     claims.medical_claim, org_raw.provider_roster, reference.pfs_zip_locality, reference.pfs_gpci,
--            billing.home_locality, qp.status
-- rules:     claims.claim_setting
-- cites:     42 CFR 414.1425 (qualifying participants, whose factor it decides); pricing locality of Medicare Part B claims; docs/pricing.md
-- evidence:  claims.service_line(source_id, claim_id, claim_line_number)
-- owner:     tin, npi
-- partition: service_month
-- each edition of the ZIP file holds from its quarter until the next one; the first one also before it
with zip_place as (
  select
    zip_code, mac, locality, plus_four,
    case when row_number() over (partition by zip_code order by period, mac, locality) > 1 then period end
      as first_quarter,
    lead(period) over (partition by zip_code order by period, mac, locality) as next_quarter
  from reference.pfs_zip_locality
),
-- the ZIP code of the newest entry of a clinician under a practice
site_zip as (
  select npi, tin, zip_code
  from (
    select
      roster.npi, roster.tin, roster.site_zip as zip_code,
      row_number() over (
        partition by roster.npi, roster.tin
        order by coalesce(roster.start_date, date '1900-01-01') desc, roster.site_zip, roster.site_id
      ) as place
    from org_raw.provider_roster as roster
    join (select distinct zip_code from zip_place) as known on known.zip_code = roster.site_zip
  ) as newest
  where place = 1
),
site as (
  select site_zip.npi, site_zip.tin, zip_place.mac, zip_place.locality, zip_place.plus_four,
    zip_place.first_quarter, zip_place.next_quarter
  from site_zip
  join zip_place on zip_place.zip_code = site_zip.zip_code
),
-- a contractor of one locality leaves no choice
contractor as (
  select mac, max(locality) as locality
  from reference.pfs_gpci
  group by mac
  having min(locality) = max(locality)
),
line as (
  select
    lines.source_id, lines.claim_id, lines.claim_line_number, lines.person_id,
    coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date) as service_date,
    lines.hcpcs_code, lines.hcpcs_modifier_1 as modifier_1, lines.hcpcs_modifier_2 as modifier_2,
    lines.hcpcs_modifier_3 as modifier_3, lines.hcpcs_modifier_4 as modifier_4, lines.place_of_service_code,
    lines.service_unit_quantity as units, lines.charge_amount, lines.allowed_amount, lines.paid_amount,
    coalesce(lines.rendering_npi, lines.billing_npi) as npi, coalesce(lines.rendering_tin, lines.billing_tin) as tin,
    lines.rendering_specialty_code as specialty_code, lines.contractor_number, lines.service_month,
    concat(
      cast(cx_year_of(coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date)) as varchar),
      cast(quarter(coalesce(lines.claim_line_start_date, lines.claim_start_date, lines.claim_end_date)) as varchar)
    ) as service_quarter
  from claims.medical_claim as lines
  join rules.claims_claim_setting as setting on setting.claim_type_code = lines.claim_type_code
  where setting.setting = 'professional' and lines.hcpcs_code is not null
)
select
  line.source_id, line.claim_id, line.claim_line_number, line.person_id, line.service_date,
  line.service_date as schedule_date, coalesce(status.status = 'qp', false) as qp,
  coalesce(status.status, 'unknown') as qp_status, line.hcpcs_code, line.modifier_1, line.modifier_2,
  line.modifier_3, line.modifier_4, line.place_of_service_code, cast(null as varchar) as setting,
  coalesce(site.mac, contractor.mac, nullif(home.mac, '')) as mac,
  case
    when site.mac is not null then site.locality
    when contractor.mac is not null then contractor.locality
    else nullif(home.locality, '')
  end as locality,
  case
    -- four more digits would decide: the locality of the five is taken
    when site.plus_four then 'site_zip_plus_four'
    when site.mac is not null then 'site_zip'
    when contractor.mac is not null then 'contractor'
    when home.mac <> '' and home.locality <> '' then 'settings'
    else 'national'
  end as locality_basis,
  line.units, line.charge_amount, line.npi, line.tin, line.specialty_code,
  cast(null as boolean) as participating, cast(null as double) as anesthesia_minutes,
  cast(null as varchar) as session_id, line.allowed_amount, line.paid_amount, line.service_month
from line
cross join billing.home_locality as home
left join site
  on site.npi = line.npi and site.tin = line.tin
  and (site.first_quarter is null or line.service_quarter >= site.first_quarter)
  and (site.next_quarter is null or line.service_quarter < site.next_quarter)
left join qp.status as status
  on status.npi = line.npi and status.tin = line.tin and status.payment_year = cx_year_of(line.service_date)
left join contractor on contractor.mac = line.contractor_number
