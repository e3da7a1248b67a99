"""MIPS, the Merit-based Incentive Payment System (42 CFR part 414 subpart O), performance years 2024 to 2027.

Clinicians are scored, each TIN and NPI, on quality, cost, improvement activities and interoperability, alone,
as a group, subgroup, virtual group or APM entity, by traditional MIPS, an MVP, the APP or APP Plus. The final
score moves Part B payments two years later, at most by the largest cut, rewards scaled to what the cuts pay.

points, quality, cost, activities, interoperability   formulas: from results to category percents
weights, score                                        formulas: category weights and the final score
settle                                                formulas: from final scores to adjustments
model                                                 the formulas bound to rules/mips
"""
