"""Quality results as pages: how complete they are, what they say, and what open gaps are worth."""
