-- tuva_raw.provider_attribution
select
  person_id, $load_sequence as load_sequence, line_number as file_line, year_month, payer, plan,
  payer_attributed_provider, payer_attributed_provider_practice, payer_attributed_provider_organization,
  payer_attributed_provider_lob, custom_attributed_provider, custom_attributed_provider_practice,
  custom_attributed_provider_organization, custom_attributed_provider_lob
from staged
join person_map as who on who.identifier = $person
