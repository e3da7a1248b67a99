-- reference.readmission_surgery_procedure: one cohort a procedure
select procedure_code, min(specialty_cohort) as specialty_cohort from staged group by procedure_code
