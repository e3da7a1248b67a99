"""IOTA: kidney transplant hospitals paid, or asked to pay, by a score of three domains (42 CFR 512.400s).

score       formulas: achievement, efficiency, quality -> final performance score
pay         formulas: final performance score -> upside or downside payment
model       the formulas bound to rules/iota
compute     the form of the calculator door: checks, warnings, what one more transplant is worth
organ       a hospital's own list of transplants -> the counts of the form; notices of the waitlist
"""
