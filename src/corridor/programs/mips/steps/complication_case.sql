-- step:      mips.complication_case
-- makes:     one row per elective hip or knee replacement stay that began in the measured year, its surgeon, and
--            whether a complication followed within its window
-- key:       case_id, tin, npi
-- reads:     measures.admission, claims.claim_procedure, claims.claim_diagnosis, claims.medical_claim,
--            measures.admission_claim, claims.person, claims.period, measures.performance_member, run.setting
-- rules:     mips.arthroplasty_code, mips.arthroplasty_complication, asm.admission_elective_type, claims.claim_setting
-- cites:     MIPS measure 480 (specification not available; codes and windows from memory); docs/mips-eligibility.md
-- evidence:  measures.admission(admission_id)
-- owner:     tin, npi
with window_end as (
  select max(days) as days from rules.mips_arthroplasty_complication
),
known as (
  select max(last_day) as last_day from claims.period
),
performed as (
  select stay.admission_id, min(listed.joint) as joint
  from claims.claim_procedure as done
  join measures.admission_claim as stay on stay.source_id = done.source_id and stay.claim_id = done.claim_id
  join rules.mips_arthroplasty_code as listed
    on listed.code_system = 'procedure' and done.procedure_code >= listed.code_from
    and (done.procedure_code <= listed.code_to or starts_with(done.procedure_code, listed.code_to))
  group by stay.admission_id
),
left_out as (
  select distinct stay.admission_id
  from measures.admission as stay
  join rules.mips_arthroplasty_code as listed
    on listed.code_system = 'diagnosis' and stay.diagnosis_code >= listed.code_from
    and (stay.diagnosis_code <= listed.code_to or starts_with(stay.diagnosis_code, listed.code_to))
),
index_stay as (
  select stay.admission_id, stay.person_id, stay.admission_date, stay.discharge_date, performed.joint
  from measures.admission as stay
  join performed on performed.admission_id = stay.admission_id
  join run.setting as setting on cx_year_of(stay.admission_date) = setting.data_year
  join rules.asm_admission_elective_type as elective on elective.admit_type_code = stay.admit_type_code
  cross join known
  cross join window_end
  left join left_out on left_out.admission_id = stay.admission_id
  where stay.stay_kind = 'acute' and left_out.admission_id is null
    and cx_add_days(stay.admission_date, window_end.days) <= known.last_day
),
-- a diagnosis of the stay itself counts unless it was there at admission; of a later stay, its first one
found as (
  select stay.admission_id, listed.complication
  from index_stay as stay
  join measures.admission_claim as claim
    on claim.person_id = stay.person_id and claim.admission_date >= stay.admission_date
  join claims.claim_diagnosis as diagnosis
    on diagnosis.source_id = claim.source_id and diagnosis.claim_id = claim.claim_id
  join rules.mips_arthroplasty_complication as listed
    on diagnosis.diagnosis_code >= listed.code_from
    and (diagnosis.diagnosis_code <= listed.code_to or starts_with(diagnosis.diagnosis_code, listed.code_to))
    and cx_days_between(stay.admission_date, claim.admission_date) <= listed.days
  where (claim.admission_id = stay.admission_id and diagnosis.diagnosis_sequence > 1
      and coalesce(diagnosis.present_on_admission, 'N') = 'N')
    or (claim.admission_id <> stay.admission_id and diagnosis.diagnosis_sequence = 1)
  union
  select stay.admission_id, listed.complication
  from index_stay as stay
  join claims.person as person on person.person_id = stay.person_id
  join rules.mips_arthroplasty_complication as listed
    on listed.complication = 'death' and cx_days_between(stay.admission_date, person.death_date) <= listed.days
),
operated as (
  select
    stay.admission_id, coalesce(lines.rendering_tin, lines.billing_tin) as tin, lines.rendering_npi as npi,
    row_number() over (
      partition by stay.admission_id
      order by lines.allowed_amount desc nulls last, lines.rendering_npi, lines.rendering_tin, lines.source_id,
        lines.claim_id, lines.claim_line_number
    ) as place
  from index_stay as stay
  join claims.medical_claim as lines
    on lines.person_id = stay.person_id
    and coalesce(lines.claim_line_start_date, lines.claim_start_date) >= stay.admission_date
    and coalesce(lines.claim_line_start_date, lines.claim_start_date) <= stay.discharge_date
  join rules.claims_claim_setting as setting
    on setting.claim_type_code = lines.claim_type_code and setting.setting = 'professional'
  join rules.mips_arthroplasty_code as listed
    on listed.code_system = 'hcpcs' and lines.hcpcs_code >= listed.code_from and lines.hcpcs_code <= listed.code_to
  where lines.rendering_npi is not null and coalesce(lines.rendering_tin, lines.billing_tin) is not null
),
counted as (
  select admission_id, count(*) as complications, min(complication) as complication from found group by admission_id
)
select
  stay.admission_id as case_id, operated.tin, operated.npi, stay.person_id, stay.joint,
  case when counted.complications > 0 then 1 else 0 end as observed, coalesce(counted.complications, 0) as complications,
  counted.complication, member.risk_group
from index_stay as stay
join operated on operated.admission_id = stay.admission_id and operated.place = 1
left join counted on counted.admission_id = stay.admission_id
left join measures.performance_member as member on member.person_id = stay.person_id
