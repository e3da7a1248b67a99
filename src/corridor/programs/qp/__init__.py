"""QP: qualifying participants of Advanced APMs (42 CFR 414.1425, 414.1430) and what follows for a clinician.

A clinician, or the clinician's APM entity, whose share of payments or of patients under an Advanced APM is
large enough is a qualifying participant: out of MIPS, paid with the higher conversion factor, in some years
with a lump sum too. A little less makes a partial one, who may leave MIPS aside. Whoever is neither is under
MIPS, unless of low volume. The statuses are not exclusive: ASM, MIPS and QP stand side by side.

score       formulas: one score row -> does it qualify       consequence  formulas: status -> dollars
low_volume  formulas: the three criteria of MIPS             model        the formulas bound to rules/qp
door        the calculator door: files                       compute      from any door to results
steps/      service, person, score, volume from claims       status       steps that evaluate the models
"""
