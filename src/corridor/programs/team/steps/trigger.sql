-- step:      team.trigger
-- makes:     one row per stay or outpatient procedure that would open an episode; of several procedures on a day the one that counts
-- key:       trigger_id
-- reads:     team.definition, population.drg_stay, claims.service_line, claims.medical_claim
-- cites:     42 CFR 512.525; team.md 2.1, 2.7 (only positive amounts; ties by amount, claim and line); docs/team.md
-- evidence:  claims.medical_claim(source_id, claim_id)
-- owner:     facility_ccn
with amount as (
  select source_id, claim_id, sum(standardized_amount) as standardized_amount
  from claims.service_line
  where setting = 'inpatient'
  group by source_id, claim_id
),
operator as (
  select source_id, claim_id, max(operating_npi) as surgeon_npi
  from claims.medical_claim
  group by source_id, claim_id
),
inpatient as (
  select
    definition.definition_set, definition.category, definition.code, definition.price_code,
    definition.window_days, 'inpatient' as setting, stay.person_id, stay.facility_ccn, stay.source_id,
    stay.claim_id, 0 as claim_line_number, stay.admission_date as anchor_start,
    stay.discharge_date as anchor_end, amount.standardized_amount
  from population.drg_stay as stay
  join team.definition as definition
    on definition.code_system = 'drg' and definition.code = stay.own_drg_code
    and definition.valid_from <= stay.discharge_date
    and (definition.valid_to is null or stay.discharge_date < definition.valid_to)
  join amount on amount.source_id = stay.source_id and amount.claim_id = stay.claim_id
  where amount.standardized_amount > 0 and stay.admission_date <= stay.discharge_date
),
outpatient as (
  select
    definition.definition_set, definition.category, definition.code, definition.price_code,
    definition.window_days, 'outpatient' as setting, line.person_id, line.facility_ccn, line.source_id,
    line.claim_id, line.claim_line_number, line.service_date as anchor_start,
    line.service_date as anchor_end, line.standardized_amount
  from claims.service_line as line
  join team.definition as definition
    on definition.code_system = 'hcpcs' and definition.code = line.hcpcs_code
    and definition.valid_from <= line.service_date
    and (definition.valid_to is null or line.service_date < definition.valid_to)
  where line.setting = 'outpatient' and line.standardized_amount > 0
),
every as (
  select * from inpatient
  union all
  select * from outpatient
),
ranked as (
  select
    every.*,
    row_number() over (
      partition by definition_set, person_id, setting, anchor_start
      order by standardized_amount desc, source_id, claim_id, claim_line_number, category
    ) as place
  from every
)
select
  concat_ws(':', ranked.definition_set, ranked.source_id, ranked.claim_id,
    cast(ranked.claim_line_number as varchar)) as trigger_id,
  ranked.definition_set, ranked.category, ranked.code, ranked.price_code, ranked.window_days, ranked.setting,
  ranked.person_id, ranked.facility_ccn, operator.surgeon_npi, ranked.source_id, ranked.claim_id,
  ranked.claim_line_number, ranked.anchor_start, ranked.anchor_end, ranked.standardized_amount
from ranked
left join operator on operator.source_id = ranked.source_id and operator.claim_id = ranked.claim_id
where ranked.place = 1
