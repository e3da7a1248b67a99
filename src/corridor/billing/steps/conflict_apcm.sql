-- step:      billing.conflict_apcm
-- makes:     one row per line that conflicts with advanced primary care management in its calendar month, with the
--            line it conflicts with: bundled codes of the same practice, a second APCM code, behavioral add-ons
-- key:       kind, source_id, claim_id, claim_line_number
-- reads:     billing.audit_line, billing.apcm_line
-- rules:     primary_care.bundled_code, primary_care.addon_code, primary_care.addon_conflict_code,
--            primary_care.bundle_scope
-- cites:     89 FR 97896-97 as cited, 90 FR 49470-71 as cited; primary-care code notes D.4, D.5
-- evidence:  billing.audit_line(source_id, claim_id, claim_line_number)
with addon as (
  select lines.*
  from billing.audit_line as lines
  join rules.primary_care_addon_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
),
paired as (
  -- another practice may bill these codes in the month, where it is known to be another; only an APCM code that
  -- stands binds
  select
    case when code.family_group = 'care_management' then 'apcm_with_care_management'
      else 'apcm_with_communication' end as kind,
    lines.source_id, lines.claim_id, lines.claim_line_number, apcm.source_id as other_source_id,
    apcm.claim_id as other_claim_id, apcm.claim_line_number as other_claim_line_number,
    case when code.action = 'hard' and scope.action = 'hard' then 'sure' else 'review' end as certainty,
    case when apcm.npi = lines.npi then 0 else 1 end as nearness, apcm.service_date as other_date
  from billing.audit_line as lines
  join rules.primary_care_bundled_code as code
    on code.hcpcs_code = lines.hcpcs_code and lines.service_date >= code.valid_from
    and (code.valid_to is null or lines.service_date < code.valid_to)
  join billing.apcm_line as apcm on apcm.person_id = lines.person_id and apcm.month = lines.month and apcm.stands
  join rules.primary_care_bundle_scope as scope
    on scope.scope = case when apcm.npi = lines.npi then 'same_npi' when apcm.tin = lines.tin then 'same_tin'
      when apcm.tin is null or lines.tin is null then 'unknown' else 'other_tin' end
    and lines.service_date >= scope.valid_from
    and (scope.valid_to is null or lines.service_date < scope.valid_to)
  where scope.action <> 'allowed'
  union all
  -- the first of the month stands; the same service written twice is a duplicate, not a second month, and the same
  -- code of one clinician and day with another amount may be a claim replaced: to be looked at
  select
    'apcm_twice', lines.source_id, lines.claim_id, lines.claim_line_number, kept.source_id, kept.claim_id,
    kept.claim_line_number,
    case
      when kept.npi = lines.npi and kept.service_date = lines.service_date and kept.hcpcs_code = lines.hcpcs_code
        then 'review'
      else 'sure'
    end, 0, kept.service_date
  from billing.apcm_line as lines
  join billing.apcm_line as kept on kept.person_id = lines.person_id and kept.month = lines.month and kept.stands
  where not lines.stands and not lines.repeats
  union all
  -- to be looked at where its clinician's own APCM code is a second one, or where somebody is not named
  select
    'addon_without_apcm', lines.source_id, lines.claim_id, lines.claim_line_number, others.source_id,
    others.claim_id, others.claim_line_number,
    case
      when lines.npi is null or second.claim_id is not null or (others.claim_id is not null and others.npi is null)
        then 'review'
      else 'sure'
    end, 0, others.service_date
  from addon as lines
  left join billing.apcm_line as own
    on own.person_id = lines.person_id and own.month = lines.month and own.npi = lines.npi and own.stands
  left join billing.apcm_line as others
    on others.person_id = lines.person_id and others.month = lines.month and others.stands
  left join billing.apcm_line as second
    on second.person_id = lines.person_id and second.month = lines.month and second.npi = lines.npi
    and not second.stands
  where own.claim_id is null
  union all
  select
    'addon_with_integration', lines.source_id, lines.claim_id, lines.claim_line_number, whole.source_id,
    whole.claim_id, whole.claim_line_number,
    case when whole.npi = lines.npi or whole.tin = lines.tin then 'sure' else 'review' end,
    case when whole.npi = lines.npi then 0 else 1 end, whole.service_date
  from addon as lines
  join billing.audit_line as whole on whole.person_id = lines.person_id and whole.month = lines.month
  join rules.primary_care_addon_conflict_code as code
    on code.hcpcs_code = whole.hcpcs_code and whole.service_date >= code.valid_from
    and (code.valid_to is null or whole.service_date < code.valid_to)
),
numbered as (
  select
    paired.*, row_number() over (
      partition by kind, source_id, claim_id, claim_line_number
      order by case when certainty = 'sure' then 0 else 1 end, nearness, other_date, other_source_id, other_claim_id,
        other_claim_line_number
    ) as place
  from paired
)
select
  kind, source_id, claim_id, claim_line_number, other_source_id, other_claim_id, other_claim_line_number, certainty
from numbered
where place = 1
