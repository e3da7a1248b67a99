-- step:      tuva.provider_attribution
-- makes:     one row per person and month: who answers for the person, as the sender says
-- key:       source_id, person_id, year_month
-- reads:     tuva_raw.provider_attribution, identity.person_alias
-- cites:     Tuva input layer; docs/sources/tuva.md
-- evidence:  none
with newest as (
  select
    given.source_id, given.delivery_id, coalesce(alias.kept_person_id, given.person_id) as person_id, given.year_month,
    given.payer_attributed_provider, given.payer_attributed_provider_practice,
    given.payer_attributed_provider_organization, given.payer_attributed_provider_lob,
    row_number() over (
      partition by given.source_id, coalesce(alias.kept_person_id, given.person_id), given.year_month
      order by given.load_sequence desc, given.delivery_id desc, given.file_line desc
    ) as place
  from tuva_raw.provider_attribution as given
  left join identity.person_alias as alias on alias.person_id = given.person_id
)
select
  source_id, delivery_id, person_id, year_month, payer_attributed_provider, payer_attributed_provider_practice,
  payer_attributed_provider_organization, payer_attributed_provider_lob
from newest
where place = 1
