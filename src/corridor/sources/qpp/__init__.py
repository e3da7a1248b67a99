"""The formats of the Quality Payment Program: submissions, QRDA III, results as counts or patients."""
