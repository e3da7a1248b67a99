-- step:      measures.staffing
-- makes:     one row per clinician with visits in the measured year: days worked, full-time equivalent, visits a day
--            against the specialty's busy day, room for more, what the patients looked after would need, and the
--            days in the exam room that virtual visits freed
-- key:       npi
-- reads:     measures.virtual_visit, claims.clinician_specialty, attribution.person, run.setting
-- rules:     virtual_care.full_time_days, virtual_care.busy_day_quantile
-- cites:     docs/virtual-care.md
-- evidence:  measures.virtual_visit(npi)
-- owner:     npi
with worked as (
  select
    visits.npi, count(distinct visits.service_date) as days_worked, count(*) as visits,
    sum(case when visits.is_virtual then 1 else 0 end) as virtual_visits,
    count(distinct visits.person_id) as people
  from measures.virtual_visit as visits
  join run.setting as setting on setting.data_year = cx_year_of(visits.service_date)
  where visits.npi is not null
  group by visits.npi
),
described as (
  select
    worked.*, specialty.specialty_code,
    cx_divide(worked.days_worked, full_time.value) as full_time_equivalent,
    cx_divide(worked.visits, worked.days_worked) as visits_per_day
  from worked
  cross join run.setting as setting
  cross join rules.virtual_care_full_time_days as full_time
  left join claims.clinician_specialty as specialty
    on specialty.npi = worked.npi and specialty.service_year = setting.data_year
),
ranked as (
  select
    specialty_code, visits_per_day,
    cume_dist() over (partition by specialty_code order by visits_per_day) as place
  from described
  where specialty_code is not null
),
peer as (
  select
    ranked.specialty_code, count(*) as peers,
    min(case when ranked.place >= busy.value then ranked.visits_per_day end) as busy_day
  from ranked
  cross join rules.virtual_care_busy_day_quantile as busy
  group by ranked.specialty_code
),
-- what people like the clinician's own patients need of such visits, at the rate of all people with one clinician
panel as (
  select npi, count(*) as panel_people from attribution.person where npi is not null group by npi
),
rate as (
  select cx_divide(sum(worked.visits), sum(panel.panel_people)) as visits_per_person
  from panel
  join worked on worked.npi = panel.npi
)
select
  described.npi, described.specialty_code, described.days_worked, described.full_time_equivalent,
  described.visits, described.virtual_visits, described.people, described.visits_per_day, peer.peers,
  peer.busy_day,
  greatest(described.days_worked * peer.busy_day, described.visits) as capacity_visits,
  greatest(described.days_worked * peer.busy_day - described.visits, 0) as spare_visits,
  panel.panel_people, panel.panel_people * rate.visits_per_person as demand_visits,
  cx_divide(described.virtual_visits, described.visits_per_day) as room_days_freed
from described
left join peer on peer.specialty_code = described.specialty_code
left join panel on panel.npi = described.npi
cross join rate
