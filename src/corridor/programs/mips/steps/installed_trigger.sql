-- step:      mips.installed_trigger
-- makes:     one row per installed cost measure, episode of the measured year, practice and clinician it is attributed
--            to: a procedure of a person on a day (who billed it), or an acute stay (who visited, of a practice with
--            enough of the visits)
-- key:       measure_id, episode_id, tin, npi
-- reads:     reference.cost_episode_code, claims.service_line, measures.admission, mips.stay_service, run.setting
-- rules:     mips.hospital_visit_share, mips.trigger_excluded_modifier
-- cites:     42 CFR 414.1350; MIPS procedural and acute inpatient measures, installed lists; docs/mips-eligibility.md
-- evidence:  claims.service_line(person_id)
-- owner:     tin, npi
with newest as (
  select measure_id, max(vintage) as vintage from reference.cost_episode_code group by measure_id
),
listed as (
  select distinct
    code.measure_id, code.code_system, code.code, coalesce(code.days_before, 0) as days_before,
    coalesce(code.days_after, 0) as days_after
  from reference.cost_episode_code as code
  join newest on newest.measure_id = code.measure_id and newest.vintage = code.vintage
  where code.role = 'trigger'
),
assisting as (
  select distinct written.modifiers
  from (select distinct modifiers from claims.service_line where modifiers is not null) as written
  join rules.mips_trigger_excluded_modifier as listed
    on concat(' ', written.modifiers, ' ') like concat('% ', listed.modifier, ' %')
),
procedure as (
  select
    listed.measure_id, 'procedural' as kind, lines.person_id, lines.tin, lines.npi, lines.service_date as first_day,
    lines.service_date as last_day, max(listed.days_before) as days_before, max(listed.days_after) as days_after
  from claims.service_line as lines
  join listed on listed.code_system = 'hcpcs' and listed.code = lines.hcpcs_code
  left join assisting on assisting.modifiers = lines.modifiers
  where assisting.modifiers is null and lines.setting = 'professional' and lines.tin is not null and lines.npi is not null
    and lines.person_id is not null and lines.allowed_amount > 0
  group by listed.measure_id, lines.person_id, lines.tin, lines.npi, lines.service_date
),
visiting as (
  select
    admission_id, tin, npi,
    sum(visits) over (partition by admission_id, tin) as practice_visits,
    sum(visits) over (partition by admission_id) as all_visits
  from mips.stay_service
  where visits > 0
),
stay as (
  select
    listed.measure_id, 'acute_inpatient' as kind, admission.person_id, visiting.tin, visiting.npi,
    admission.admission_date as first_day, admission.discharge_date as last_day,
    max(listed.days_before) as days_before, max(listed.days_after) as days_after
  from measures.admission as admission
  join listed on listed.code_system = 'drg' and listed.code = admission.drg_code
  cross join rules.mips_hospital_visit_share as enough
  join visiting
    on visiting.admission_id = admission.admission_id
    and cx_divide(visiting.practice_visits, visiting.all_visits) >= enough.value
  where admission.stay_kind = 'acute'
  group by
    listed.measure_id, admission.person_id, visiting.tin, visiting.npi, admission.admission_date,
    admission.discharge_date
),
every as (
  select measure_id, kind, person_id, tin, npi, first_day, last_day, days_before, days_after from procedure
  union all
  select measure_id, kind, person_id, tin, npi, first_day, last_day, days_before, days_after from stay
)
-- an episode is of the year in which its window ends
select
  every.measure_id,
  concat(every.measure_id, '/', cast(every.person_id as varchar), '/', cast(every.first_day as varchar)) as episode_id,
  every.tin, every.npi, every.kind, every.person_id, max(every.last_day) as last_day,
  cx_add_days(every.first_day, -max(every.days_before)) as window_start,
  cx_add_days(max(every.last_day), max(every.days_after)) as window_end
from every
join run.setting as setting
  on cx_year_of(cx_add_days(every.last_day, every.days_after)) = setting.data_year
group by every.measure_id, every.tin, every.npi, every.kind, every.person_id, every.first_day
