-- step:      asm.arrangement
-- makes:     one row per practice and collaborative care arrangement on its register: the newest state of it
-- key:       tin, arrangement_id
-- reads:     org_raw.asm_arrangement
-- cites:     42 CFR 512.771
-- evidence:  none
-- owner:     tin
with ranked as (
  select
    tin, arrangement_id, partner_name, partner_tin, partner_is_primary_care, is_written, signed_on, effective_on,
    ended_on, shared_beneficiaries, conditioned_on_referrals, data_sharing, co_management, roles,
    transition_planning, referral_handling, payments, performance_year, document, owner,
    row_number() over (
      partition by tin, arrangement_id
      order by
        file_date desc nulls last, performance_year desc nulls last, delivery_id desc, effective_on desc nulls last,
        ended_on desc nulls last, document nulls last, payments nulls last
    ) as place
  from org_raw.asm_arrangement
)
select
  tin, arrangement_id, partner_name, partner_tin, partner_is_primary_care, is_written, signed_on, effective_on,
  ended_on, shared_beneficiaries, conditioned_on_referrals, data_sharing, co_management, roles, transition_planning,
  referral_handling, payments, performance_year, document, owner
from ranked
where place = 1
