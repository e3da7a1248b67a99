"""ASM, the Ambulatory Specialty Model (42 CFR part 512 subpart G), performance years 2027 to 2031.

Specialists who treat heart failure or low back pain in selected areas are scored, each TIN and NPI, on
quality and on the cost of their episodes; activities and interoperability only deduct, complex patients and
small practices add. Within each cohort the scores move Part B payments two years later, up or down by about
the risk level at most; CMS keeps a share of what is at risk.

steps/          who is in, and the inputs from claims       inputs, cells, door  the calculator door
quality, cost,  formulas: from results to the final score   settle, national     formulas: from scores to
complex_patients, score                                     dollars, and the cohort they are settled in
model           the formulas bound to rules/asm             compute, settlement, levers, roster, result
"""

from corridor.programs.asm.compute import settle
from corridor.programs.asm.door import read_asm_file
from corridor.programs.asm.levers import levers
from corridor.programs.asm.run_inputs import open_run_inputs
from corridor.programs.asm.settlement import Settlement

__all__ = ["Settlement", "levers", "open_run_inputs", "read_asm_file", "settle"]
