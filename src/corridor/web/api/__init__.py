"""The API, version 1: the tables of a run and the derivations behind its figures, as JSON or CSV."""
