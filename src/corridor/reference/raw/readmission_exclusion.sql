-- reference.readmission_exclusion
select ccs_category, min(exclusion_category) as exclusion_category from staged group by ccs_category
