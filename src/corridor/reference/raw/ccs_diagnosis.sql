-- reference.ccs_diagnosis: AHRQ quotes its codes with apostrophes
select trim(diagnosis_code, '''') as diagnosis_code, trim(ccs_category, '''') as ccs_category from staged
