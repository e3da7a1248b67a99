-- step:      mips.hospital_case
-- makes:     one row per counted hospital episode, practice and clinician it is attributed to: of a medical stay, each
--            clinician with a visit of a practice that made enough of the visits; of a surgical one, the clinician with
--            the dearest procedures
-- key:       admission_id, tin, npi
-- reads:     mips.hospital_episode, mips.stay_service
-- rules:     mips.hospital_visit_share
-- cites:     MIPS cost measure MSPB Clinician (attribution, from memory); docs/mips-eligibility.md
-- evidence:  mips.stay_service(admission_id, tin, npi)
-- owner:     tin, npi
with visiting as (
  select
    service.admission_id, service.tin, service.npi, service.visits,
    sum(service.visits) over (partition by service.admission_id, service.tin) as practice_visits,
    sum(service.visits) over (partition by service.admission_id) as all_visits
  from mips.stay_service as service
  where service.visits > 0
),
operating as (
  select admission_id, tin, npi, row_number() over (
    partition by admission_id order by procedure_charges desc, charges desc, tin, npi
  ) as place
  from mips.stay_service
  where procedures > 0
)
select
  episode.admission_id, visiting.tin, visiting.npi, episode.person_id, episode.kind, episode.drg_code,
  episode.standardized_cost, cx_divide(visiting.practice_visits, visiting.all_visits) as share
from mips.hospital_episode as episode
cross join rules.mips_hospital_visit_share as enough
join visiting
  on visiting.admission_id = episode.admission_id
  and cx_divide(visiting.practice_visits, visiting.all_visits) >= enough.value
-- without an installed list of DRGs every stay is taken as a medical one
where episode.exclusion_reason is null and episode.kind <> 'surgical'
union all
select
  episode.admission_id, operating.tin, operating.npi, episode.person_id, episode.kind, episode.drg_code,
  episode.standardized_cost, cast(1 as double) as share
from mips.hospital_episode as episode
join operating on operating.admission_id = episode.admission_id and operating.place = 1
where episode.exclusion_reason is null and episode.kind = 'surgical'
