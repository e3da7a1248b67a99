-- step:      mips.installed_episode
-- makes:     one row per episode of an installed cost measure: its window, the standardized cost of the services the
--            list names (of all of Parts A and B where it names none), and why it does not count
-- key:       measure_id, episode_id
-- reads:     mips.installed_trigger, reference.cost_episode_code, claims.service_line, claims.person, claims.period,
--            population.enrollment_month
-- cites:     42 CFR 414.1350; MIPS procedural and acute inpatient measures, installed lists; docs/mips-eligibility.md
-- evidence:  mips.installed_trigger(measure_id, episode_id)
-- owner:     tin
with newest as (
  select measure_id, max(vintage) as vintage from reference.cost_episode_code group by measure_id
),
episode as (
  select
    measure_id, episode_id, min(kind) as kind, min(tin) as tin, min(person_id) as person_id,
    min(window_start) as window_start, max(window_end) as window_end
  from mips.installed_trigger
  group by measure_id, episode_id
),
known as (
  select min(first_day) as first_day, max(last_day) as last_day from claims.period
),
listed as (
  select distinct code.measure_id, code.code_system, code.code
  from reference.cost_episode_code as code
  join newest on newest.measure_id = code.measure_id and newest.vintage = code.vintage
  where code.role = 'service'
),
listing as (
  select distinct measure_id from listed
),
lines as (
  select
    episode.measure_id, episode.episode_id, used.source_id, used.claim_id, used.claim_line_number,
    used.standardized_amount, used.hcpcs_code, used.drg_code, used.revenue_center_code
  from episode
  join claims.service_line as used
    on used.person_id = episode.person_id and used.part in ('A', 'B')
    and used.service_date >= episode.window_start and used.service_date <= episode.window_end
),
-- a line that two codes name counts once
named as (
  select distinct
    lines.measure_id, lines.episode_id, lines.source_id, lines.claim_id, lines.claim_line_number,
    lines.standardized_amount
  from lines
  left join listing on listing.measure_id = lines.measure_id
  left join listed as code
    on code.measure_id = lines.measure_id
    and ((code.code_system = 'hcpcs' and code.code = lines.hcpcs_code)
      or (code.code_system = 'drg' and code.code = lines.drg_code)
      or (code.code_system = 'revenue' and code.code = lines.revenue_center_code))
  where listing.measure_id is null or code.code is not null
),
cost as (
  select measure_id, episode_id, sum(standardized_amount) as standardized, count(*) as lines
  from named
  group by measure_id, episode_id
),
enrolled as (
  select episode.measure_id, episode.episode_id, count(*) as months
  from episode
  cross join known
  join population.enrollment_month as month
    on month.person_id = episode.person_id and month.fee_for_service
    and month.month >= cx_month_of(greatest(episode.window_start, known.first_day))
    and month.month <= cx_month_of(episode.window_end)
  group by episode.measure_id, episode.episode_id
)
select
  episode.measure_id, episode.episode_id, episode.kind, episode.tin, episode.person_id, episode.window_start,
  episode.window_end, cast(coalesce(cost.standardized, 0) as decimal(18, 2)) as standardized_cost,
  coalesce(cost.lines, 0) as lines, listing.measure_id is not null as services_listed,
  case
    when episode.window_end > known.last_day then 'the window ends after the loaded claims'
    when person.death_date <= episode.window_end then 'died in the episode'
    when coalesce(enrolled.months, 0) < cx_months_between(
      greatest(episode.window_start, known.first_day), episode.window_end
    ) + 1 then 'not in fee-for-service Medicare throughout'
    when coalesce(cost.standardized, 0) <= 0 then 'no cost'
  end as exclusion_reason
from episode
cross join known
left join listing on listing.measure_id = episode.measure_id
left join claims.person as person on person.person_id = episode.person_id
left join cost on cost.measure_id = episode.measure_id and cost.episode_id = episode.episode_id
left join enrolled on enrolled.measure_id = episode.measure_id and enrolled.episode_id = episode.episode_id
