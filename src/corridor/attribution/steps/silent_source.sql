-- step:      attribution.silent_source
-- makes:     one row per source whose primary care lines name the specialty of no clinician
-- key:       source_id
-- reads:     attribution.primary_care_line
-- rules:     attribution.silent_source
-- cites:     Corridor; docs/attribution.md (primary care services)
-- evidence:  attribution.primary_care_line(source_id)
select line.source_id, counts.value = 'primary_care' as counts_as_primary_care, count(*) as lines
from attribution.primary_care_line as line
cross join rules.attribution_silent_source as counts
group by line.source_id, counts.value
having count(line.rendering_specialty_code) = 0
