"""Qualifying APM participants (42 CFR 414.1425, 414.1430), the MIPS low-volume test, a clinician's statuses."""
