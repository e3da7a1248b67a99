-- reference.readmission_acute_diagnosis
select distinct diagnosis_code from staged
