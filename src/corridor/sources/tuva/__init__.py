"""The Tuva input layer, old layout and new, CSV or Parquet: for anyone who has mapped their data already."""
