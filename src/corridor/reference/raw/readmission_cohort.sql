-- reference.readmission_cohort: categories that serve both kinds keep their rows apart
select kind, ccs_category, min(specialty_cohort) as specialty_cohort from staged group by kind, ccs_category
