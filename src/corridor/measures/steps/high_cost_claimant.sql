-- step:      measures.high_cost_claimant
-- makes:     one row per high-cost person of the measured year: expenditure, rank, the categories of service that
--            drove it, the dearest stay, months alive, whether the year before was high too
-- key:       person_id
-- reads:     measures.performance_member, population.claim_line, population.person_year, measures.admission,
--            claims.person, run.setting
-- rules:     performance.high_cost_amount, performance.high_cost_percentile
-- cites:     docs/money.md
-- evidence:  population.claim_line(person_id)
-- owner:     tin, npi
with ranked as (
  select
    member.*, row_number() over (order by expenditure desc, person_id) as place, count(*) over () as people,
    sum(expenditure) over () as all_expenditure
  from measures.performance_member as member
),
high as (
  select ranked.*, cast(ranked.people - ranked.place as double) as below
  from ranked
  cross join rules.performance_high_cost_amount as amount
  cross join rules.performance_high_cost_percentile as share
  where ranked.expenditure > 0 and (
    ranked.expenditure >= amount.value
    or ranked.place <= ranked.people * (1 - share.value)
  )
),
spent as (
  select
    line.person_id, line.service_category, sum(line.expenditure_amount) as dollars,
    sum(case when line.part = 'D' then line.paid_amount else 0 end) as part_d_paid
  from population.claim_line as line
  join high on high.person_id = line.person_id
  join run.setting as setting on cx_year_of(line.service_date) = setting.data_year
  group by line.person_id, line.service_category
),
driver as (
  select
    person_id, service_category, dollars,
    row_number() over (partition by person_id order by dollars desc, service_category) as place,
    sum(dollars) over (partition by person_id) as all_dollars,
    sum(part_d_paid) over (partition by person_id) as part_d_paid
  from spent
),
stay as (
  select
    admission.person_id, admission.admission_id, admission.drg_code, admission.discharge_diagnosis_code,
    admission.expenditure_amount, count(*) over (partition by admission.person_id) as stays,
    row_number() over (
      partition by admission.person_id order by admission.expenditure_amount desc, admission.admission_id
    ) as place
  from measures.admission as admission
  join high on high.person_id = admission.person_id
  join run.setting as setting on cx_year_of(admission.discharge_date) = setting.data_year
),
before as (
  select year.person_id, sum(year.expenditure) as expenditure
  from population.person_year as year
  join run.setting as setting on year.year = setting.data_year - 1
  join high on high.person_id = year.person_id
  group by year.person_id
)
select
  high.person_id, high.aco_id, high.tin, high.npi, high.site_id, high.region, high.enrollment_type, high.member_months,
  high.expenditure, high.place, cx_divide(high.below, high.people - 1) as percentile,
  cx_divide(high.expenditure, high.all_expenditure) as share_of_all, first.service_category as driver,
  cast(first.dollars as decimal(18, 2)) as driver_dollars, cx_divide(first.dollars, first.all_dollars) as driver_share,
  second.service_category as second_driver, cast(second.dollars as decimal(18, 2)) as second_driver_dollars,
  cast(first.part_d_paid as decimal(18, 2)) as part_d_paid, coalesce(stay.stays, 0) as stays,
  stay.admission_id as dearest_admission_id, stay.drg_code as dearest_drg_code,
  stay.discharge_diagnosis_code as dearest_diagnosis_code,
  cast(stay.expenditure_amount as decimal(18, 2)) as dearest_stay_dollars,
  cast(before.expenditure as decimal(18, 2)) as expenditure_before,
  coalesce(before.expenditure >= amount.value, false) as high_before, person.death_date is not null as died,
  concat(
    first.service_category, ' ',
    cast(cast(cx_round_half_up(100 * cx_divide(first.dollars, first.all_dollars), 0) as integer) as varchar),
    ' % of the year', case when stay.place is not null then concat(', dearest stay DRG ', coalesce(stay.drg_code, '?'))
    else ', no stay' end
  ) as reason
from high
cross join rules.performance_high_cost_amount as amount
left join driver as first on first.person_id = high.person_id and first.place = 1
left join driver as second on second.person_id = high.person_id and second.place = 1 + 1
left join stay on stay.person_id = high.person_id and stay.place = 1
left join before on before.person_id = high.person_id
left join claims.person as person on person.person_id = high.person_id
