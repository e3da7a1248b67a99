"""What each section of the report says: sentences, charts and tables, made from ReportData."""
