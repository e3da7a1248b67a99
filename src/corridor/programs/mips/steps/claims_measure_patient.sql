-- step:      mips.claims_measure_patient
-- makes:     one row per Part B claims measure, stratum, reporter (npi '' is the practice as a group) and what is counted: a
--            patient once a year, or each day of one; its status by the quality codes, not_reported where there is none
-- key:       performance_year, measure_id, stratum, tin, npi, person_id, event_date
-- reads:     mips.claims_event, mips.claims_answer
-- rules:     mips.claims_measure_unit
-- cites:     CMS, Part B claims single source codes; docs/claims-measures.md
-- evidence:  mips.claims_event(performance_year, measure_id, tin, npi, person_id)
-- owner:     tin, npi
with answered as (
  select
    event.performance_year, event.measure_id, event.stratum, event.tin, event.npi, event.person_id, event.service_date,
    answer.status, answer.rank, coalesce(unit.counted, 'patient') as counted, unit.measure_id is not null as is_listed
  from mips.claims_event as event
  left join rules.mips_claims_measure_unit as unit on unit.measure_id = event.measure_id
  left join mips.claims_answer as answer
    on answer.performance_year = event.performance_year and answer.measure_id = event.measure_id
    and answer.option_group = event.option_group and answer.tin = event.tin and answer.npi = event.npi
    and answer.person_id = event.person_id and answer.service_date = event.service_date
),
reporter as (
  select
    performance_year, measure_id, stratum, tin, npi, npi as answering_npi, person_id, service_date, status, rank,
    counted, is_listed
  from answered
  union all
  select
    performance_year, measure_id, stratum, tin, '' as npi, npi as answering_npi, person_id, service_date, status, rank,
    counted, is_listed
  from answered
),
ordered as (
  select
    reporter.*,
    row_number() over (
      partition by
        performance_year, measure_id, stratum, tin, npi, person_id,
        case when counted = 'day' then service_date end
      order by
        -- an answer before none; where the last answer counts, that of the last day
        case when status is null then 1 else 0 end,
        case when counted = 'patient_latest' then cx_days_between(service_date, date '9999-12-31') end,
        rank,
        case when status is null then cx_days_between(service_date, date '9999-12-31') end,
        service_date, answering_npi
    ) as place,
    count(*) over (
      partition by
        performance_year, measure_id, stratum, tin, npi, person_id,
        case when counted = 'day' then service_date end
    ) as events
  from reporter
)
select
  performance_year, measure_id, stratum, tin, npi, answering_npi, person_id, service_date as event_date,
  coalesce(status, 'not_reported') as status, counted, cast(events as integer) as events,
  counted = 'episode' or not is_listed as is_proxy
from ordered
where place = 1
