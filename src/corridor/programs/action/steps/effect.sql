-- step:      action.effect
-- makes:     one row per action and effect of something else on it, in dollars: what is counted elsewhere, what the score can
--            still gain, the adjustment of new Part B payments, what they cost the ACO; nothing where there is none
-- key:       action_id, effect
-- reads:     action.candidate, action.aco_share, asm.result, qp.clinician_year, run.setting
-- rules:     overlap.layer, pfs.coinsurance_share
-- cites:     docs/next-best.md; docs/overlap.md
-- evidence:  action.candidate(action_id)
-- owner:     tin, npi, aco_id
-- an action of a clinician is one of the clinician's, whoever its people's ACO is
with held as (
  select candidate.*, case when candidate.npi is null then candidate.aco_id end as own_aco
  from action.candidate as candidate
),
ordered as (
  select
    held.*,
    sum(case when alternative then 0 else gross_dollars end) over (partition by npi, tin, ccn, own_aco, family) as firm_dollars,
    row_number() over (
      partition by npi, tin, ccn, own_aco, family, alternative order by gross_dollars desc, action_id) as place,
    sum(gross_dollars) over (
      partition by npi, tin, ccn, own_aco, family order by gross_dollars desc, action_id
      rows between unbounded preceding and current row) - gross_dollars as before_dollars
  from held
),
-- what is left of each after what is counted elsewhere
alone as (
  select
    ordered.*, -gross_dollars * same_line_share as same_claim_line, -gross_dollars * same_month_share as same_patient_month,
    case
      when family is null or not alternative then 0
      when place > 1 then -gross_dollars
      else -least(gross_dollars, firm_dollars)
    end as same_family,
    case
      when ceiling_dollars is null then 0
      else least(greatest(ceiling_dollars - before_dollars, 0) - gross_dollars, 0)
    end as score_ceiling
  from ordered
),
left_over as (
  select
    alone.*, coalesce(cx_divide(score_ceiling, gross_dollars), 0) as ceiling_share,
    greatest(1 + cx_divide(same_claim_line + same_patient_month + same_family + score_ceiling, gross_dollars), 0) as share
  from alone
),
-- who is in ASM has no adjustment of MIPS for that year
taken as (
  select result.npi, result.tin, concat('mips:', cast(result.performance_year as varchar)) as family
  from asm.result as result
  join rules.overlap_layer as layer on layer.program = 'mips' and concat(' ', layer.yields_to, ' ') like '% asm %'
  group by result.npi, result.tin, result.performance_year
),
standing as (
  select known.npi, known.tin, known.adjustment, known.adjustment_lowest
  from qp.clinician_year as known
  join run.setting as setting on setting.performance_year = known.payment_year
),
medicare as (
  select 1 - cast(owed.value as double) as share
  from rules.pfs_coinsurance_share as owed
  join run.setting as setting
    on make_date(setting.performance_year, 1, 1) >= owed.valid_from
    and (owed.valid_to is null or make_date(setting.performance_year, 1, 1) < owed.valid_to)
),
paid as (
  select
    left_over.*, standing.adjustment, coalesce(standing.adjustment, least(standing.adjustment_lowest, 0)) as adjustment_low,
    aco.least as aco_least, aco.most as aco_most, aco.basis as aco_basis, coalesce(medicare.share, 1) as medicare,
    taken.family is not null as is_taken,
    -- neither end is more than the best score is worth
    least(gross_high * (1 + ceiling_share), ceiling_dollars) - gross_high as ceiling_high,
    -- findings were counted once before their ACO's part was taken; of other tables only what is left costs it
    aco_share_of_dollars * case when alternative then left_over.share else 1 end as part
  from left_over
  left join medicare on true
  left join standing on standing.npi = left_over.npi and standing.tin = left_over.tin
  left join taken on taken.npi = left_over.npi and taken.tin = left_over.tin and taken.family = left_over.family
  left join action.aco_share as aco on aco.aco_id = left_over.aco_id
),
-- an effect moves either end of the interval by its share of that end
listed as (
  select
    action_id, npi, tin, ccn, aco_id, 'same_claim_line' as effect, 'counted with another finding of the same claim line' as words,
    same_claim_line as dollars, -gross_low * same_line_share as dollars_low, -gross_high * same_line_share as dollars_high
  from paid
  union all
  select
    action_id, npi, tin, ccn, aco_id, 'same_patient_month', 'counted with another code of the same person and month',
    same_patient_month, -gross_low * same_month_share, -gross_high * same_month_share
  from paid
  union all
  select
    action_id, npi, tin, ccn, aco_id, 'same_family', 'another action gains the same dollars, and more of them', same_family,
    gross_low * cx_divide(same_family, gross_dollars), gross_high * cx_divide(same_family, gross_dollars)
  from paid
  union all
  select
    action_id, npi, tin, ccn, aco_id, 'score_ceiling', 'the score can gain no more beside the levers before it', score_ceiling,
    gross_low * ceiling_share, ceiling_high
  from paid
  union all
  select
    action_id, npi, tin, ccn, aco_id, 'set_aside', 'ASM takes the place of MIPS for this clinician and year',
    -gross_dollars - score_ceiling, -gross_low * (1 + ceiling_share), -gross_high - ceiling_high
  from paid
  where is_taken
  union all
  select
    action_id, npi, tin, ccn, aco_id, 'part_b_adjustment',
    case
      when adjustment is null then 'the adjustment of these payments is not known: the lowest it can be counts in the low end only'
      else 'these payments are adjusted by the program of the clinician'
    end,
    gross_dollars * share * medicare * coalesce(adjustment, 0), gross_low * share * medicare * adjustment_low,
    gross_high * share * medicare * coalesce(adjustment, 0)
  from paid
  where new_part_b and adjustment_low is not null
  union all
  select
    action_id, npi, tin, ccn, aco_id, 'aco_spending', concat('costs the ACO of these people its share; ', aco_basis),
    -gross_dollars * part * medicare * aco_most, -gross_low * part * medicare * aco_most,
    -gross_high * part * medicare * aco_least
  from paid
  where new_part_b and aco_most is not null
)
select action_id, npi, tin, ccn, aco_id, effect, words, dollars, dollars_low, dollars_high
from listed
where dollars <> 0 or dollars_low <> 0 or dollars_high <> 0
