"""What clinicians are measured by, from episodes and claims: cost, admissions."""
