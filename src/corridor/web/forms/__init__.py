"""The forms of calculators and audits in the browser: filled in or uploaded, answered by their doors."""
