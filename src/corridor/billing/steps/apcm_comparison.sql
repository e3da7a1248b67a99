-- step:      billing.apcm_comparison
-- makes:     one row per clinician, practice and month: people by level, what their APCM months are worth, what is billed
--            now, and the month under three ways: as now, everyone on APCM, the better of the two for each person
-- key:       npi, tin, month
-- reads:     billing.apcm_patient_month
-- rules:     primary_care.apcm_code
-- cites:     primary-care code notes D.6; docs/apcm.md
-- evidence:  billing.apcm_patient_month(npi, tin, month)
-- owner:     tin, npi
with mine as (
  select
    known.npi, known.tin, known.month, known.level_amount, known.price_basis, known.setting, known.qp, known.missed, known.dollars,
    known.switchable, known.conflict, known.consent_needed, known.billed_code,
    -- what tells the levels apart: an upper end of conditions, and the status asked for
    case when listed.conditions_at_most is not null then 1 else 0 end as is_first,
    case when listed.conditions_at_most is null and not coalesce(listed.qmb, false) then 1 else 0 end as is_second,
    case when coalesce(listed.qmb, false) then 1 else 0 end as is_third,
    cast(coalesce(known.care_management_amount, 0) as decimal(18, 2)) as managed_now,
    cast(case when known.billed_tin = known.tin then coalesce(known.billed_amount, 0) else 0 end as decimal(18, 2))
      as billed_now
  from billing.apcm_patient_month as known
  left join rules.primary_care_apcm_code as listed
    on listed.hcpcs_code = known.level_code and known.first_day >= listed.valid_from
    and (listed.valid_to is null or known.first_day < listed.valid_to)
  where known.npi is not null and known.tin is not null and known.eligible
    and (known.missed or known.switchable or known.billed_tin = known.tin)
),
valued as (
  select
    *, billed_now + managed_now as now_amount,
    -- a conflict pays one of the two: the higher is left standing
    case
      when billed_code is not null and managed_now > 0 then greatest(billed_now, managed_now)
      when billed_code is not null then greatest(coalesce(level_amount, 0), billed_now)
      when level_amount is not null then greatest(level_amount, managed_now)
    end as better_amount
  from mine
)
select
  npi, tin, month, count(*) as people,
  cast(sum(is_first) as bigint) as level_1_people, cast(sum(is_second) as bigint) as level_2_people,
  cast(sum(is_third) as bigint) as level_3_people,
  cast(sum(case when missed then 1 else 0 end) as bigint) as missed_people,
  cast(sum(case when billed_code is not null then 1 else 0 end) as bigint) as apcm_people,
  cast(sum(case when managed_now > 0 then 1 else 0 end) as bigint) as care_management_people,
  cast(sum(case when conflict then 1 else 0 end) as bigint) as conflict_people,
  cast(sum(case when consent_needed then 1 else 0 end) as bigint) as consents_needed,
  cast(sum(case when switchable and level_amount > managed_now then 1 else 0 end) as bigint) as people_better_on_apcm,
  cast(sum(case when switchable and level_amount < managed_now then 1 else 0 end) as bigint) as people_worse_on_apcm,
  cast(sum(billed_now) as decimal(18, 2)) as apcm_amount,
  cast(sum(managed_now) as decimal(18, 2)) as care_management_amount,
  cast(sum(now_amount) as decimal(18, 2)) as now_amount,
  cast(sum(level_amount) as decimal(18, 2)) as all_apcm_amount,
  cast(sum(better_amount) as decimal(18, 2)) as better_amount,
  -- as a finding of the month has it: beside what is billed now and APCM would replace
  cast(sum(case when missed then dollars end) as decimal(18, 2)) as missed_amount,
  min(price_basis) as price_basis, min(setting) as setting, max(case when qp then 1 else 0 end) = 1 as qp
from valued
group by npi, tin, month
