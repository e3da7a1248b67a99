"""FHIR ExplanationOfBenefit of the CMS APIs (Blue Button, BCDA, AB2D, DPC) and C4BB payers: STU3, R4 and V3.

A file is read in pieces; DuckDB parses each resource once into the shape of ``layouts/fhir``.
"""
