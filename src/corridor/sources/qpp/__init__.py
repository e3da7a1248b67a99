"""The formats of the Quality Payment Program: submissions, QRDA III, and quality results as counts or patients."""
