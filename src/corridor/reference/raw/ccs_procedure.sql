-- reference.ccs_procedure: AHRQ quotes its codes with apostrophes
select trim(procedure_code, '''') as procedure_code, trim(ccs_category, '''') as ccs_category from staged
