-- stated: one row per ExplanationOfBenefit; what stands in one place of it
select
  place, file_line, r.id, r.status, r.outcome,
  r.disposition as stated_disposition,
  fhir_tail(coalesce(r.patient.reference, '')) as patient, r.patient.identifier.value as patient_identifier,
  r.provider.reference as provider_reference, r.provider.identifier as provider,
  r.organization.identifier.value as organization_identifier, r.facility.identifier.value as facility_identifier,
  r.item[1].locationAddress.state as line_state, r.hospitalization as stay, r.totalCost.value as total_cost,
  r.payment.amount.value as payment, r.payment.date as payment_date, r.subType.coding[1].code as subtype,
  list_filter(r.diagnosis, lambda d: d.packageCode is not null)[1].packageCode.coding[1].code as package_code,
  r.billablePeriod as period, try_cast(r.meta.lastUpdated as timestamptz)::timestamp as last_updated,
  list_filter(
    r.type.coding, lambda c: ends_with(c.system, '/nch_clm_type_cd') or ends_with(c.system, '/CLM-TYPE-CD')
  )[1].code as nch_code,
  lower(list_filter(r.type.coding, lambda c: ends_with(lower(c.system), '/eob-type'))[1].code) as eob_kind,
  list_filter(
    r.type.coding, lambda c: ends_with(c.system, 'claim-type') or ends_with(c.system, 'claimtype')
  )[1].code as form,
  list_filter(r.identifier, lambda i: i.type.coding[1].code = 'uc')[1].value as unique_claim,
  fhir_day(list_max(list_transform(
    r.item, lambda i: coalesce(i.servicedPeriod.end, i.servicedDate, i.servicedPeriod.start)))) as last_service,
  -- in R4 every claim says what it is for; STU3 knows nothing of it
  r.use is null as is_stu3
from eob
