-- step:      synpuf.reconciliation
-- makes:     one row per person and year: what the claims sum to, beside what the summary says Medicare paid
-- key:       source_id, person_id, summary_year
-- reads:     synpuf_raw.claim, synpuf_raw.beneficiary_year, synpuf.medical_claim, identity.person_alias
-- cites:     CMS DE-SynPUF codebook (MEDREIMB_IP, MEDREIMB_OP, MEDREIMB_CAR); docs/sources/synpuf.md
-- evidence:  synpuf.medical_claim(source_id, person_id)
with passed_through as (
  select
    source_id, clm_id, pass_through_amount,
    row_number() over (partition by source_id, clm_id order by load_sequence desc, delivery_id desc) as place
  from synpuf_raw.claim
),
claims as (
  select
    line.source_id, line.person_id, cx_year_of(line.claim_end_date) as service_year, line.claim_type_code,
    line.claim_id, sum(line.paid_amount) as paid_amount
  from synpuf.medical_claim as line
  group by line.source_id, line.person_id, cx_year_of(line.claim_end_date), line.claim_type_code, line.claim_id
),
totals as (
  select
    claims.source_id, claims.person_id, claims.service_year,
    sum(case when claims.claim_type_code = '60'
      then claims.paid_amount + coalesce(passed_through.pass_through_amount, 0) end) as inpatient,
    sum(case when claims.claim_type_code = '40' then claims.paid_amount end) as outpatient,
    sum(case when claims.claim_type_code = '71' then claims.paid_amount end) as carrier
  from claims
  left join passed_through
    on passed_through.source_id = claims.source_id and passed_through.clm_id = claims.claim_id
    and passed_through.place = 1
  group by claims.source_id, claims.person_id, claims.service_year
),
summary as (
  select
    year.source_id, coalesce(alias.kept_person_id, year.person_id) as person_id, year.summary_year,
    year.medreimb_ip, year.medreimb_op, year.medreimb_car,
    row_number() over (
      partition by year.source_id, coalesce(alias.kept_person_id, year.person_id), year.summary_year
      order by year.load_sequence desc, year.delivery_id desc, year.person_id
    ) as place
  from synpuf_raw.beneficiary_year as year
  left join identity.person_alias as alias on alias.person_id = year.person_id
)
select
  summary.source_id, summary.person_id, summary.summary_year,
  summary.medreimb_ip as summary_inpatient, cast(coalesce(totals.inpatient, 0) as decimal(18, 2)) as claims_inpatient,
  summary.medreimb_op as summary_outpatient,
  cast(coalesce(totals.outpatient, 0) as decimal(18, 2)) as claims_outpatient,
  summary.medreimb_car as summary_carrier, cast(coalesce(totals.carrier, 0) as decimal(18, 2)) as claims_carrier
from summary
left join totals
  on totals.source_id = summary.source_id and totals.person_id = summary.person_id
  and totals.service_year = summary.summary_year
where summary.place = 1
