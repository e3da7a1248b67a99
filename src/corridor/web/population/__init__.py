"""What the pages of the population area say and show: one module a question, drawn by ``answers``."""
