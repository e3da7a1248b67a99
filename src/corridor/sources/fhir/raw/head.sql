-- head: one row per ExplanationOfBenefit, with what would keep it out
with typed as (
  select
    stated.*, fact.* exclude (place),
    lpad(coalesce(fact.disposition, stated_disposition), 2, '0') as disposition_code,
    coalesce(is_drug_event(coalesce(eob_kind, form)), false) as is_drug,
    coalesce(
      nch.value, by_kind.value, by_form.value, by_subtype.value,
      case when is_drug_event(coalesce(eob_kind, form)) then 'PDE' end
    ) as claim_type_code
  from stated
  left join claim_fact as fact on fact.place = stated.place
  left join fhir_code as nch on nch.list = 'nch_code' and nch.code = stated.nch_code
  left join fhir_code as by_kind on by_kind.list = 'claim_type_code' and by_kind.code = stated.eob_kind
  left join fhir_code as by_form on by_form.list = 'claim_type_code' and by_form.code = stated.form
  left join fhir_code as by_subtype
    on by_subtype.list = 'claim_type_code' and by_subtype.code = stated.form || '-' || stated.subtype
),
dated as (
  select
    typed.*, coalesce(id, claim_type_code || '-' || unique_claim) as claim_id, kind.value as claim_type,
    case when patient <> '' then '$prefix' || patient else patient_identifier end as person_key,
    coalesce(period.end, period.start) as stated, fhir_day(coalesce(period.start, period.end)) as stated_start,
    fhir_day(coalesce(period.end, period.start)) as stated_end
  from typed
  left join fhir_code as kind on kind.list = 'claim_type' and kind.code = typed.claim_type_code
)
select
  dated.*, coalesce(stated_start, last_service) as claim_start_date,
  coalesce(stated_end, last_service) as claim_end_date,
  cx_month_of(coalesce(stated_end, last_service)) as service_month,
  case
    when claim_id is null then 'no-id'
    when person_key is null then 'no-patient'
    when claim_type_code is null then 'no-type'
    when stated is not null and stated_end is null then 'bad-date'
    when coalesce(stated_end, last_service) is null then 'no-date'
    when bad_money is not null or (payment is not null and try_cast(payment as decimal(18, 2)) is null)
      then 'bad-money'
  end as reject_code,
  case
    when is_cancelled_status(status)
      or is_cancelled_adjustment(adjustment_type)
      or is_cancelled_disposition(disposition_code)
      or is_cancelled_frequency(coalesce(frequency, right(bill_type, 1)))
      or is_deleted_event(deletion)
      then 'cancelled'
    when is_unfinished_outcome(outcome) then 'not_adjudicated'
    when is_not_final(final_action) then 'not_final'
    when is_denied_claim(payment_denial_code)
      or not is_payment_requested(non_payment_code)
      then 'denied'
  end as dropped_because
from dated
