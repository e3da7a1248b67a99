-- step:      mips.claims_answer
-- makes:     one row per performance year, Part B claims measure, criterion, clinician, patient and day with quality codes:
--            what they answer, the most advantageous where they answer several things
-- key:       performance_year, measure_id, option_group, tin, npi, person_id, service_date
-- reads:     mips.claims_match, mips.claims_code
-- rules:     mips.claims_answer_rank
-- cites:     CMS, Part B claims single source codes; docs/claims-measures.md
-- evidence:  mips.claims_match(performance_year, measure_id, option_group, tin, npi, person_id, service_date)
-- owner:     tin, npi
with part as (
  select
    performance_year, measure_id, option_group, element, choice, max(case when is_inverse then 1 else 0 end) as is_inverse,
    count(distinct code) as codes
  from mips.claims_code
  where is_answer
  group by performance_year, measure_id, option_group, element, choice
),
given as (
  select
    performance_year, measure_id, option_group, tin, npi, person_id, service_date, element, choice,
    count(distinct code) as codes
  from mips.claims_match
  where is_answer
  group by performance_year, measure_id, option_group, tin, npi, person_id, service_date, element, choice
),
-- an answer of several codes is given where all of them are there
answered as (
  select
    given.performance_year, given.measure_id, given.option_group, given.tin, given.npi, given.person_id,
    given.service_date, answer.status,
    case when part.is_inverse = 1 then answer.rank_inverse else answer.rank end as rank
  from given
  join part
    on part.performance_year = given.performance_year and part.measure_id = given.measure_id
    and part.option_group = given.option_group and part.element = given.element and part.choice = given.choice
    and part.codes = given.codes
  join rules.mips_claims_answer_rank as answer on answer.status = given.element
),
ranked as (
  select
    answered.*,
    row_number() over (
      partition by performance_year, measure_id, option_group, tin, npi, person_id, service_date
      order by rank, status
    ) as place
  from answered
)
select
  performance_year, measure_id, option_group, tin, npi, person_id, service_date, status, rank
from ranked
where place = 1
