-- step:      asm.eligibility
-- makes:     one row per candidate TIN/NPI: in or out for the performance year, with the reason, beside CMS's list
-- key:       performance_year, tin, npi
-- reads:     asm.candidate
-- rules:     asm.minimum_episodes, asm.area_when_unknown, asm.rural_health_clinic_billing_excluded,
--            asm.excluded_specialty
-- cites:     42 CFR 512.710; ASM specification 1.2 and 1.3
-- evidence:  episodes.chronic_attribution(tin, npi)
-- owner:     tin, npi
with judged as (
  select
    candidate.*, fewest.value as episodes_needed, near.specialty_name as near_specialty,
    candidate.attributed_episodes >= fewest.value as has_episodes,
    coalesce(candidate.area_mandatory, unknown.value = 'inside') as is_inside,
    rural.value and candidate.rural_health_claims > coalesce(candidate.all_claims, 0) as is_rural_health,
    coalesce(candidate.claim_lines, 0) > 0 as bills_part_b,
    coalesce(cx_year_of(candidate.last_claim_date) < candidate.paid_year, false) as has_left
  from asm.candidate as candidate
  cross join rules.asm_minimum_episodes as fewest
  cross join rules.asm_area_when_unknown as unknown
  cross join rules.asm_rural_health_clinic_billing_excluded as rural
  left join rules.asm_excluded_specialty as near
    on near.specialty_code = candidate.specialty_code and near.cohort = candidate.cohort
),
worded as (
  select
    judged.*,
    in_specialty and has_episodes and is_inside and bills_part_b and not is_rural_health and not has_left as eligible,
    case
      when specialty_code is null then 'specialty unknown'
      when not in_specialty and near_specialty is not null
        then concat('specialty ', specialty_code, ' (', near_specialty, ') is not in the cohort')
      when not in_specialty then concat('specialty ', specialty_code, ' is not in the cohort')
      when all_claims is null
        then concat('specialty ', specialty_code, ' by the roster, no claims in ', cast(data_year as varchar))
      else concat(
        'specialty ', specialty_code, ' by ', cast(specialty_claims as varchar), ' of ',
        cast(all_claims as varchar), ' claims in ', cast(data_year as varchar)
      )
    end as specialty_words,
    concat(
      cast(attributed_episodes as varchar), ' attributed episodes in ', cast(data_year as varchar), ', ',
      cast(episodes_needed as varchar), ' needed'
    ) as episode_words,
    case
      when area_mandatory then concat('area ', cbsa, ' is mandatory')
      when area_mandatory is not null then concat('area ', cbsa, ' is not mandatory')
      when not areas_installed then concat(
        'no area list installed: area unknown, treated as ', case when is_inside then 'inside' else 'outside' end
      )
      else concat('area unknown, treated as ', case when is_inside then 'inside' else 'outside' end)
    end as area_words,
    case
      when not bills_part_b then 'bills no Part B services in the loaded claims'
      when has_left then concat(
        'no services under this practice after ', cast(cx_year_of(last_claim_date) as varchar)
      )
    end as billing_words,
    case when is_rural_health then 'bills mainly through a rural health clinic or federally qualified center' end
      as rural_words,
    case
      when not data_year_serves then concat(
        'claims of ', cast(data_year as varchar), ' stand for ', cast(wanted_data_year as varchar),
        ' and are too few months to carry the measure'
      )
      when data_year <> wanted_data_year then concat(
        'claims of ', cast(data_year as varchar), ' stand for ', cast(wanted_data_year as varchar)
      )
    end as year_words
  from judged
)
select
  performance_year, tin, npi, cohort, clinician_name, specialty_code, specialty_claims, all_claims,
  attributed_episodes, data_year, cbsa, area_mandatory, practice_size, in_specialty, has_episodes, is_inside,
  is_rural_health, has_left, eligible,
  case
    when eligible then concat('In: ', concat_ws('; ', specialty_words, episode_words, area_words, year_words), '.')
    else concat(
      'Out: ',
      concat_ws(
        '; ', billing_words, rural_words, case when not in_specialty then specialty_words end,
        case when not has_episodes then episode_words end, case when not is_inside then area_words end, year_words
      ),
      '.'
    )
  end as reason,
  case when list_installed then listed_by_cms end as listed_by_cms,
  case
    when not list_installed then null
    when listed_by_cms and eligible then 'listed and eligible'
    when listed_by_cms then concat(
      'listed, not eligible here: ',
      concat_ws(
        '; ', billing_words, rural_words, case when not in_specialty then specialty_words end,
        case when not has_episodes then episode_words end, case when not is_inside then area_words end
      )
    )
    when eligible then concat(
      'eligible here, not listed: CMS counts all claims and its own area list',
      case when area_mandatory is null then '; the area is unknown here' else '' end
    )
    else 'neither listed nor eligible'
  end as list_difference
from worded
