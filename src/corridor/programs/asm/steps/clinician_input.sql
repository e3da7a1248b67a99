-- step:      asm.clinician_input
-- makes:     one row per eligible TIN/NPI: everything about it that scoring and settlement start from
-- key:       performance_year, tin, npi
-- reads:     asm.eligibility, asm.year_used, asm.part_b_paid, asm.panel, measures.asm_cost,
--            org_raw.category_attestation
-- cites:     42 CFR 512.725 to 512.750; ASM specification 13
-- evidence:  episodes.chronic_attribution(tin, npi)
-- owner:     tin, npi
with attested as (
  select
    tin, improvement_activities_attested, promoting_interoperability_score, performance_year,
    row_number() over (
      partition by tin
      order by
        abs(performance_year - (select max(performance_year) from asm.year_used)), performance_year desc,
        file_date desc nulls last, delivery_id desc, improvement_activities_attested,
        promoting_interoperability_score
    ) as place
  from org_raw.category_attestation
  where tin is not null
)
select
  clinician.performance_year, clinician.tin, clinician.npi, clinician.cohort, clinician.clinician_name,
  clinician.specialty_code, clinician.practice_size, used.measure_year, used.measure_year_serves,
  coalesce(cost.attributed_episodes, 0) as attributed_episodes, cost.cost_per_episode, cost.cost_ratio,
  cost.specialty_adjustment, cost.interval_low, cost.interval_high,
  cost.imputed_share, cost.unpriced_lines,
  attested.improvement_activities_attested, attested.promoting_interoperability_score,
  attested.performance_year as attestation_year,
  panel.mean_hcc_risk_score, panel.risk_score_origin, panel.dual_eligible_share, panel.beneficiaries, panel.panel_coverage,
  panel.indicative,
  paid.part_b_paid, paid.part_b_origin, paid.part_b_paid_loaded, paid.part_b_paid_published,
  paid.part_b_published_year, paid.part_b_year, paid.part_b_year_is_whole, panel.published_year,
  clinician.reason
from asm.eligibility as clinician
join asm.year_used as used on used.cohort = clinician.cohort
left join measures.asm_cost as cost
  on cost.tin = clinician.tin and cost.npi = clinician.npi and cost.cohort = clinician.cohort
  and cost.performance_year = used.measure_year
left join attested on attested.tin = clinician.tin and attested.place = 1
left join asm.panel as panel on panel.tin = clinician.tin and panel.npi = clinician.npi
join asm.part_b_paid as paid on paid.tin = clinician.tin and paid.npi = clinician.npi
where clinician.eligible
