"""The report a run leaves: one self-contained HTML file, letters, an Excel workbook and Parquet."""
