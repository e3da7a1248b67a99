-- reference.hcc_mapping: a code a file repeats for its second HCC is one row each
select distinct model, diagnosis_code, hcc from staged
