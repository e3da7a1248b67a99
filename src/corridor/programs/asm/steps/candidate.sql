-- step:      asm.candidate
-- makes:     one row per TIN/NPI that could be a participant by specialty, by its episodes or by CMS's list,
--            with the facts that decide
-- key:       tin, npi
-- reads:     asm.roster, asm.year_used, asm.cms_list, measures.asm_cost, claims.clinician_specialty,
--            claims.medical_claim, org_raw.participant_list, reference.asm_area
-- rules:     asm.cohort_specialty, asm.minimum_episodes, asm.rural_health_bill_type
-- cites:     42 CFR 512.710; ASM specification 1.2 and 1.4
-- evidence:  episodes.chronic_attribution(tin, npi)
-- owner:     tin, npi
with described as (
  -- one row a pair and cohort: each cohort may have to take another year of claims
  select
    pair.tin, pair.npi, pair.clinician_name, pair.cbsa, pair.zip_code, pair.practice_size, pair.claim_lines,
    pair.last_claim_date, used.paid_year,
    used.cohort, used.data_year, used.wanted_data_year, used.data_year_serves, used.performance_year,
    coalesce(by_claims.specialty_code, pair.specialty_code) as specialty_code,
    by_claims.specialty_claims, by_claims.all_claims, coalesce(by_claims.specialties, 0) as specialties,
    coalesce(cost.attributed_episodes, 0) as attributed_episodes
  from asm.roster as pair
  cross join asm.year_used as used
  left join claims.clinician_specialty as by_claims
    on by_claims.npi = pair.npi and by_claims.service_year = used.data_year
  left join measures.asm_cost as cost
    on cost.tin = pair.tin and cost.npi = pair.npi and cost.cohort = used.cohort
    and cost.performance_year = used.data_year
),
practice_name as (
  select tin, max(upper(trim(legal_name))) as legal_name
  from org_raw.participant_list
  where legal_name is not null
  group by tin
),
practices as (
  select npi, count(*) as tins from asm.roster group by npi
),
-- CMS lists organizations by name: the name decides only between several practices of one clinician
listed as (
  select pair.tin, pair.npi, cms.cohort, max(cms.list_stage) as list_stage
  from asm.roster as pair
  join asm.cms_list as cms on cms.npi = pair.npi
  join practices on practices.npi = pair.npi
  left join practice_name on practice_name.tin = pair.tin
  where practices.tins = 1 or practice_name.legal_name is null
    or practice_name.legal_name = upper(trim(cms.organization_legal_name))
  group by pair.tin, pair.npi, cms.cohort
),
chosen as (
  select
    described.*, own.cohort is not null as in_specialty, listed.npi is not null as listed_by_cms,
    listed.list_stage,
    row_number() over (
      partition by described.tin, described.npi
      order by
        case when own.cohort is not null then 0 else 1 end, case when listed.npi is not null then 0 else 1 end,
        described.attributed_episodes desc, described.cohort
    ) as place
  from described
  cross join rules.asm_minimum_episodes as fewest
  left join rules.asm_cohort_specialty as own
    on own.specialty_code = described.specialty_code and own.cohort = described.cohort
  left join listed
    on listed.tin = described.tin and listed.npi = described.npi and listed.cohort = described.cohort
  where own.cohort is not null or listed.npi is not null or described.attributed_episodes >= fewest.value
),
rural as (
  select
    coalesce(lines.attending_npi, lines.rendering_npi) as npi, cx_year_of(lines.claim_end_date) as service_year,
    count(distinct concat_ws('/', lines.source_id, lines.claim_id)) as claims
  from claims.medical_claim as lines
  join rules.asm_rural_health_bill_type as clinic on starts_with(lines.bill_type_code, clinic.bill_type)
  where lines.claim_type = 'institutional'
  group by coalesce(lines.attending_npi, lines.rendering_npi), cx_year_of(lines.claim_end_date)
),
area as (
  select
    cbsa, lower(cast(mandatory as varchar)) in ('true', 'yes', 'y', '1') as mandatory,
    row_number() over (partition by cbsa order by vintage desc) as place
  from reference.asm_area
)
select
  chosen.performance_year, chosen.tin, chosen.npi, chosen.cohort, chosen.clinician_name, chosen.practice_size,
  chosen.specialty_code, chosen.specialty_claims, chosen.all_claims, chosen.specialties, chosen.in_specialty,
  chosen.attributed_episodes, chosen.data_year, chosen.wanted_data_year, chosen.data_year_serves,
  chosen.cbsa, chosen.zip_code, (select count(*) from area) > 0 as areas_installed,
  case
    when area.cbsa is not null then area.mandatory
    when chosen.cbsa is not null and (select count(*) from area) > 0 then false
  end as area_mandatory,
  coalesce(rural.claims, 0) as rural_health_claims, chosen.claim_lines,
  chosen.last_claim_date, chosen.paid_year, chosen.listed_by_cms,
  chosen.list_stage, (select count(*) from asm.cms_list) > 0 as list_installed
from chosen
left join rural on rural.npi = chosen.npi and rural.service_year = chosen.data_year
left join area on area.cbsa = chosen.cbsa and area.place = 1
where chosen.place = 1
