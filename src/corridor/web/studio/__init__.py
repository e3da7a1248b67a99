"""The programs of the scenario studio: for each, what may be changed and what it comes to."""
