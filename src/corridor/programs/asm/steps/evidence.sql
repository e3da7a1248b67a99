-- step:      asm.evidence
-- makes:     one row per practice, clinician (empty of the practice), year, kind and item of evidence: its newest state
-- key:       performance_year, tin, npi, kind, item
-- reads:     org_raw.asm_evidence
-- cites:     42 CFR 512.735; 512.740
-- evidence:  none
-- owner:     tin, npi
with ranked as (
  select
    performance_year, tin, coalesce(npi, '') as npi, kind, item, answer, numerator, denominator, start_date, end_date,
    event_date, filed_on, answered_on, document, owner, hours,
    row_number() over (
      partition by performance_year, tin, coalesce(npi, ''), kind, item
      order by
        file_date desc nulls last, delivery_id desc, event_date desc nulls last, filed_on desc nulls last,
        answered_on desc nulls last, end_date desc nulls last, start_date nulls last, answer nulls last,
        document nulls last, owner nulls last, hours nulls last, numerator nulls last, denominator nulls last
    ) as place
  from org_raw.asm_evidence
)
select
  performance_year, tin, npi, kind, item, answer, numerator, denominator, start_date, end_date, event_date, filed_on,
  answered_on, document, owner, hours
from ranked
where place = 1
