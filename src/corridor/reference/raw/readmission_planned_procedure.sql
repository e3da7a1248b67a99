-- reference.readmission_planned_procedure
select distinct procedure_code from staged
