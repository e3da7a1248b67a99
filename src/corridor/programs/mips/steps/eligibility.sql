-- step:      mips.eligibility
-- makes:     one row per performance year, practice and clinician (npi '' is the practice as a group): type,
--            exclusions, low volume, special statuses of the whole determination period, and who must report how
-- key:       performance_year, tin, npi
-- reads:     qp.low_volume, qp.clinician_year, qp.status, mips.clinician_type, mips.status_held
-- cites:     42 CFR 414.1305, 414.1310, 414.1315; docs/mips-eligibility.md
-- evidence:  qp.low_volume(performance_year, tin, npi)
-- owner:     tin, npi
with each as (
  select
    volume.performance_year, volume.tin, case when volume.npi = 'practice' then '' else volume.npi end as npi,
    volume.standing as low_volume, volume.practice_standing as practice_low_volume, volume.why as low_volume_why,
    volume.exceeds_charges, volume.exceeds_patients, volume.exceeds_services, volume.allowed_charges,
    volume.patients, volume.services, volume.is_whole, volume.earlier_is_whole
  from qp.low_volume as volume
),
judged as (
  select
    each.*, kind.specialty_code, kind.specialty_origin, kind.clinician_type, kind.is_eligible_type,
    kind.newly_enrolled, status.qp_status, status.qp_reason, status.asm_participant, status.mips_status,
    status.mips_reason,
    case
      when each.npi = '' and each.low_volume = 'required' then 'group_may_report'
      when each.npi = '' and each.low_volume = 'may_opt_in' then 'group_may_opt_in'
      when each.npi = '' and each.low_volume = 'exempt' then 'voluntary'
      when each.npi = '' then 'unknown'
      when not kind.is_eligible_type then 'not_eligible_type'
      when kind.newly_enrolled then 'newly_enrolled'
      when status.mips_status in ('excluded_asm', 'excluded_qp') then status.mips_status
      when status.mips_status = 'may_elect' then 'may_elect'
      when status.mips_status = 'required' then 'required'
      -- below alone: whether a group report brings the clinician in is the practice's matter
      when each.low_volume in ('exempt', 'may_opt_in', 'exempt_or_opt_in') then
        case
          when each.practice_low_volume = 'required' then 'group_only'
          when each.practice_low_volume = 'unknown' then 'not_alone'
          when each.low_volume = 'exempt' then 'voluntary'
          when each.low_volume = 'may_opt_in' then 'may_opt_in'
          else 'voluntary_or_opt_in'
        end
      else 'unknown'
    end as reporting
  from each
  left join mips.clinician_type as kind
    on kind.performance_year = each.performance_year and kind.tin = each.tin and kind.npi = each.npi
  left join qp.clinician_year as status
    on status.performance_year = each.performance_year and status.tin = each.tin and status.npi = each.npi
),
practice as (
  select
    tin, performance_year, count(*) as clinicians,
    count(case when reporting = 'required' then 1 end) as required_clinicians,
    count(case when reporting in ('required', 'group_only') then 1 end) as scored_if_group
  from judged
  where npi <> ''
  group by tin, performance_year
)
select
  judged.performance_year, judged.tin, judged.npi, judged.specialty_code, judged.specialty_origin,
  judged.clinician_type, judged.is_eligible_type, judged.newly_enrolled, judged.qp_status, entity.apm_entity_id, judged.asm_participant,
  judged.mips_status, judged.low_volume, judged.practice_low_volume, judged.low_volume_why,
  judged.exceeds_charges, judged.exceeds_patients, judged.exceeds_services, judged.allowed_charges,
  judged.patients, judged.services, judged.low_volume in ('may_opt_in', 'exempt_or_opt_in') as opt_in_open,
  judged.reporting, practice.clinicians as practice_clinicians,
  practice.required_clinicians as practice_required_clinicians,
  practice.scored_if_group as practice_scored_if_group,
  held.small, held.small_count, held.rural, held.hpsa, held.non_patient_facing, held.hospital_based,
  held.asc_based, held.facility_based,
  case judged.reporting
    when 'not_eligible_type' then concat('Out: specialty ', judged.specialty_code, ' is of no eligible type.')
    when 'newly_enrolled' then 'Out: the NPI was given in the performance year.'
    when 'excluded_asm' then 'Out: ASM applies in the performance year.'
    when 'excluded_qp' then concat('Out: a qualifying participant; ', judged.qp_reason, '.')
    when 'may_elect' then 'A partial qualifying participant: out unless MIPS is elected.'
    when 'required' then 'In: to be scored, individually or with the group.'
    when 'group_only' then 'In only if the practice reports as a group: the practice is above the threshold, the clinician not.'
    when 'not_alone' then 'Out alone; a group report would bring in the clinician if the practice is above the threshold, which is open.'
    when 'voluntary_or_opt_in' then 'Out: at or below the low-volume threshold; whether opting in is possible is open.'
    when 'may_opt_in' then 'Out unless opting in: above one or two of the three criteria.'
    when 'voluntary' then 'Out: at or below the low-volume threshold; may report without an adjustment.'
    when 'group_may_report' then concat(
      'The practice may report as a group: ', cast(coalesce(practice.scored_if_group, 0) as varchar), ' of ',
      cast(coalesce(practice.clinicians, 0) as varchar), ' clinicians would be scored.'
    )
    when 'group_may_opt_in' then 'The practice may opt in as a group.'
    else concat('Open: ', coalesce(judged.mips_reason, judged.low_volume_why), '.')
  end as reason,
  concat(
    'low volume and QP status by the loaded claims',
    case when judged.is_whole then '' else ', which lack a part of the determination period' end,
    case when judged.npi <> '' and judged.is_eligible_type is null then '; specialty unknown' else '' end,
    case when judged.npi <> '' and judged.newly_enrolled is null then '; day of enrolment in Medicare unknown' else '' end
  ) as basis
from judged
left join qp.status as entity
  on entity.performance_year = judged.performance_year and entity.tin = judged.tin and entity.npi = judged.npi
left join practice on practice.tin = judged.tin and practice.performance_year = judged.performance_year
left join mips.status_held as held
  on held.performance_year = judged.performance_year and held.tin = judged.tin and held.npi = judged.npi
