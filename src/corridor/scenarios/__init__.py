"""Scenarios: what if, with how sure. Overlays on rules and inputs, never changed objects.

A scenario is a set of values in place of a run's own. It is settled by the formulas that settled the run;
what chance does is drawn from the run's own figures, with one seed, so that two scenarios differ only in what
was changed. Methods in words: docs/scenarios.md.
"""
