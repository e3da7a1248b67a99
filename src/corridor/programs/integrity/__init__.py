"""Risk-adjustment integrity: risk against its cap, conditions not documented again, signs of coding growth.

Everything rests on diagnoses of loaded claims that are a source for risk adjustment. Nothing here suggests a
diagnosis that no claim carries.

steps/  source_claim, condition, person_year, recapture, trend, cap, panel, sign
"""
