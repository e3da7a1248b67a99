"""What results stand on, for its pages: what depends on a rule, steps and formulas, loads and runs."""
