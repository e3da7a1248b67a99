-- reference.nppes: the taxonomy marked primary, else the first; an NPI taken away keeps its row without names
select
  npi, entity_type_code as entity_type,
  coalesce(organization_name, nullif(concat_ws(', ', last_name, first_name), '')) as name, last_name, first_name,
  organization_name,
  case
    when primary_switch_1 = 'Y' then taxonomy_code_1
    when primary_switch_2 = 'Y' then taxonomy_code_2
    when primary_switch_3 = 'Y' then taxonomy_code_3
    when primary_switch_4 = 'Y' then taxonomy_code_4
    when primary_switch_5 = 'Y' then taxonomy_code_5
    when primary_switch_6 = 'Y' then taxonomy_code_6
    when primary_switch_7 = 'Y' then taxonomy_code_7
    when primary_switch_8 = 'Y' then taxonomy_code_8
    when primary_switch_9 = 'Y' then taxonomy_code_9
    when primary_switch_10 = 'Y' then taxonomy_code_10
    when primary_switch_11 = 'Y' then taxonomy_code_11
    when primary_switch_12 = 'Y' then taxonomy_code_12
    when primary_switch_13 = 'Y' then taxonomy_code_13
    when primary_switch_14 = 'Y' then taxonomy_code_14
    when primary_switch_15 = 'Y' then taxonomy_code_15
    else taxonomy_code_1
  end as taxonomy_code,
  nullif(concat_ws(' ', taxonomy_code_1, taxonomy_code_2, taxonomy_code_3, taxonomy_code_4, taxonomy_code_5,
    taxonomy_code_6, taxonomy_code_7, taxonomy_code_8, taxonomy_code_9, taxonomy_code_10,
    taxonomy_code_11, taxonomy_code_12, taxonomy_code_13, taxonomy_code_14, taxonomy_code_15), '') as taxonomy_codes,
  practice_state, practice_zip, enumeration_date, last_update_date, deactivation_date, reactivation_date,
  deactivation_date is null or coalesce(reactivation_date >= deactivation_date, false) as active
from staged
