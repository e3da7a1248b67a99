-- one row per patient who could be billed for advanced primary care in the last month loaded and was not
-- reads: billing.apcm_patient_month
with last as (
  select max(month) as month, max(month) // 100 as year from billing.apcm_patient_month
)
select
  months.person_id, cast(last.year as varchar) as subject, arg_max(months.tin, months.month) as tin,
  arg_max(months.npi, months.month) as npi, cast(sum(months.dollars) as double) as dollars, count(*) as n,
  max(months.last_seen) as day, arg_max(months.level_code, months.month) as kind,
  'Level ' || cast(arg_max(months.level, months.month) as varchar)
  || case when arg_max(months.consent_needed, months.month) then '; ask for consent' else '; consent is on file' end
  || case when arg_max(months.qmb_uncertain, months.month) then '; check Medicaid status, it decides the level' else '' end
  as words
from billing.apcm_patient_month as months
join last on months.month // 100 = last.year
where months.missed
group by months.person_id, last.year, last.month
having max(months.month) = last.month
